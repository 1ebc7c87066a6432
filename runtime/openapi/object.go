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

// MarshalJSON implements json.Marshaler, for objects within other values.
func (o object) MarshalJSON() ([]byte, error) { return encode(o, "") }

// encode writes JSON as people like to read it: without escapes for HTML.
func encode(value any, indent string) ([]byte, error) {
	var text bytes.Buffer
	if err := write(&text, value); err != nil {
		return nil, err
	}
	if indent == "" {
		return text.Bytes(), nil
	}
	var indented bytes.Buffer
	err := json.Indent(&indented, text.Bytes(), "", indent)
	return indented.Bytes(), err
}

// write goes through objects and lists itself: encoding/json would go over all
// that is within an object again, for each object around it.
func write(text *bytes.Buffer, value any) error {
	switch value := value.(type) {
	case object:
		text.WriteByte('{')
		for i, member := range value {
			if i > 0 {
				text.WriteByte(',')
			}
			if err := write(text, member.name); err != nil {
				return err
			}
			text.WriteByte(':')
			if err := write(text, member.value); err != nil {
				return err
			}
		}
		text.WriteByte('}')
		return nil
	case []any:
		text.WriteByte('[')
		for i, one := range value {
			if i > 0 {
				text.WriteByte(',')
			}
			if err := write(text, one); err != nil {
				return err
			}
		}
		text.WriteByte(']')
		return nil
	}
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	text.Truncate(text.Len() - 1) // the newline
	return nil
}
