package rest

import (
	"net/http"
	"net/http/httptest"
	"runtime"

	"gatehouse/runtime/sso"
)

// Declared is a definition as tests see it.
type Declared struct {
	Method, Path string
	Required     []string // without these, a request is a bad one
	definition   *definition
}

// Definitions are all that there are, over no core.
func Definitions() (declared []Declared) {
	for _, d := range (api{noCore{}}).definitions() {
		method := d.method
		if method == "" {
			method = http.MethodPost
		}
		one := Declared{Method: method, Path: base + d.path, definition: d}
		for _, e := range d.elements {
			if e.isRequired {
				one.Required = append(one.Required, e.Name)
			}
		}
		declared = append(declared, one)
	}
	return declared
}

// Names are the names of the declared elements.
func (d Declared) Names() (names []string) {
	for _, e := range d.definition.elements {
		names = append(names, e.Name)
	}
	return names
}

// Read runs the operation over elements and returns the names of those that it
// read, up to where it calls the SSO.
func (d Declared) Read(elements map[string]any) (read map[string]bool, err error) {
	read = map[string]bool{}
	defer func() {
		fault := recover()
		if _, isCall := fault.(runtime.Error); fault != nil && !isCall { // there is no SSO to call
			panic(fault)
		}
	}()
	in := &input{definition: d.definition, elements: elements, request: httptest.NewRequest(d.Method, d.Path, nil),
		noted: func(name string) { read[name] = true }}
	_, err = d.definition.do(in.request.Context(), in)
	return read, err
}

// Glossary is what elements and keys are, by their names.
func Glossary() map[string]string {
	abouts := map[string]string{}
	for name, word := range glossary {
		abouts[name] = word.about
	}
	return abouts
}

// noCore is a core that cannot be called.
type noCore struct{ sso.Core }

// Without is the definition without the declaration of an element.
func (d Declared) Without(name string) Declared {
	changed := *d.definition
	changed.elements = nil
	for _, e := range d.definition.elements {
		if e.Name != name {
			changed.elements = append(changed.elements, e)
		}
	}
	d.definition = &changed
	return d
}
