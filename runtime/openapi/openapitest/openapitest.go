// Package openapitest holds servers to their OpenAPI documents: Parse refuses a
// document that is not a valid one of OpenAPI 3.1, and Client checks each
// exchange of a test against the document that its server publishes.
//
// schema.json is the schema of OpenAPI 3.1 that the OpenAPI Initiative publishes
// (https://spec.openapis.org/oas/3.1/schema/2022-10-07, Apache License 2.0).
package openapitest

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema.json
var published []byte

const (
	publishedURL = "https://spec.openapis.org/oas/3.1/schema/2022-10-07"
	dialectURL   = "https://json-schema.org/draft/2020-12/schema"

	// wholeURL is the schema of documents with the schemas in them, which the
	// published one leaves to the dialect.
	wholeURL    = "urn:gatehouse:openapi"
	documentURL = "urn:gatehouse:document"
)

var whole = sync.OnceValues(func() (*jsonschema.Schema, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(published))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(publishedURL, schema); err != nil {
		return nil, err
	}
	if err := compiler.AddResource(wholeURL, map[string]any{
		"$schema": dialectURL, "$id": wholeURL, "$ref": publishedURL,
		"$defs": map[string]any{"meta": map[string]any{"$dynamicAnchor": "meta", "$ref": dialectURL}},
	}); err != nil {
		return nil, err
	}
	return compiler.Compile(wholeURL)
})

// Document is a valid document.
type Document struct {
	root     map[string]any
	compiler *jsonschema.Compiler

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // compiled, by their pointers
}

// Parse reads a document. Its error tells all that is wrong with it: by the
// schema of OpenAPI 3.1, and what that cannot tell: references that lead nowhere,
// IDs that come twice, examples that are not valid by their schemas.
func Parse(text []byte) (*Document, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	schema, err := whole()
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(value); err != nil {
		return nil, fmt.Errorf("not a valid document of OpenAPI 3.1: %w", err)
	}
	root, _ := value.(map[string]any)
	d := &Document{root: root, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	if err := d.compiler.AddResource(documentURL, value); err != nil {
		return nil, err
	}
	if err := d.checkRest(); err != nil {
		return nil, err
	}
	return d, nil
}

// checkRest checks what the schema of documents cannot.
func (d *Document) checkRest() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	ids := map[string]string{}
	var walk func(value any, pointer string)
	walk = func(value any, pointer string) {
		switch value := value.(type) {
		case map[string]any:
			if id, is := value["operationId"].(string); is {
				if other, twice := ids[id]; twice {
					fault("operation %s is at %s and %s", id, other, pointer)
				}
				ids[id] = pointer
			}
			if ref, is := value["$ref"].(string); is && d.at(ref) == nil {
				fault("%s: %s leads nowhere", pointer, ref)
			}
			isData := strings.HasSuffix(pointer, "/example")
			for _, name := range slices.Sorted(maps.Keys(value)) {
				if !isData && name != "enum" && name != "const" {
					walk(value[name], pointer+"/"+escape(name))
				}
			}
			if _, has := value["schema"]; !has {
				return
			}
			if example, has := value["example"]; has {
				if err := d.valid(pointer+"/schema", example); err != nil {
					fault("%s: the example: %w", pointer, err)
				}
			} else if _, err := d.schema(pointer + "/schema"); err != nil {
				faults = append(faults, err)
			}
		case []any:
			for i, item := range value {
				walk(item, fmt.Sprintf("%s/%d", pointer, i))
			}
		}
	}
	walk(d.root, "#")
	components, _ := d.at("#/components/schemas").(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(components)) {
		pointer := "#/components/schemas/" + escape(name)
		if _, err := d.schema(pointer); err != nil {
			faults = append(faults, err)
			continue
		}
		written, _ := components[name].(map[string]any)
		examples, _ := written["examples"].([]any)
		for _, example := range examples {
			if err := d.valid(pointer, example); err != nil {
				fault("%s: an example: %w", pointer, err)
			}
		}
	}
	return errors.Join(faults...)
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

func escape(name string) string { return escaper.Replace(name) }

// at returns what a pointer points to, or nil.
func (d *Document) at(pointer string) any {
	var value any = d.root
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "#"), "/")[1:] {
		object, isObject := value.(map[string]any)
		if !isObject {
			return nil
		}
		value = object[unescaper.Replace(name)]
	}
	return value
}

// resolve follows a reference at a pointer, and returns where it leads and what
// is there.
func (d *Document) resolve(pointer string) (string, map[string]any) {
	object, _ := d.at(pointer).(map[string]any)
	if ref, is := object["$ref"].(string); is {
		return d.resolve(ref)
	}
	return pointer, object
}

func (d *Document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.schemas[pointer]; known != nil {
		return known, nil
	}
	compiled, err := d.compiler.Compile(documentURL + pointer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pointer, err)
	}
	d.schemas[pointer] = compiled
	return compiled, nil
}

// valid checks a value by the schema at a pointer.
func (d *Document) valid(pointer string, value any) error {
	schema, err := d.schema(pointer)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}
