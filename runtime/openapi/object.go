package openapi

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

func (o *object) add(name string, value any) { *o = append(*o, member{name, value}) }

// text, number, list and schemas add what is there.
func (o *object) text(name, value string) {
	if value != "" {
		o.add(name, value)
	}
}

func (o *object) number(name string, value *int64) {
	if value != nil {
		o.add(name, *value)
	}
}

func (o *object) list(name string, values []any) {
	if len(values) > 0 {
		o.add(name, values)
	}
}

func (o *object) schemas(name string, schemas []*Schema) {
	var list []any
	for _, schema := range schemas {
		list = append(list, schema.refer())
	}
	o.list(name, list)
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	text.WriteByte('{')
	for i, member := range o {
		if i > 0 {
			text.WriteByte(',')
		}
		for j, part := range []any{member.name, member.value} {
			if j > 0 {
				text.WriteByte(':')
			}
			encoded, err := encode(part, "")
			if err != nil {
				return nil, err
			}
			text.Write(encoded)
		}
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// encode writes JSON as people like to read it: without escapes for HTML.
func encode(value any, indent string) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}
