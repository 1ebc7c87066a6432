package fields

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// form is what becomes of the values of a type.
type form struct {
	from, to  reflect.Type
	isOpen    bool // values hold others in interfaces, which may become others
	isBoxed   bool // the form of each value is looked up
	key, elem *form
	fields    []*form // nil for one that the source does not have
}

var forms sync.Map // of *form, by reflect.Type

// formOf returns the form of a type, and remembers it.
func formOf(t reflect.Type) *form {
	if known, ok := forms.Load(t); ok {
		return known.(*form)
	}
	made := newForm(t, map[reflect.Type]bool{})
	forms.Store(t, made)
	return made
}

// newForm returns the form of a type. Within is set for the types that it is a
// part of: a type that holds itself, in slices or maps, becomes one that holds
// any there.
func newForm(t reflect.Type, within map[reflect.Type]bool) *form {
	if within[t] {
		return boxed(t)
	}
	f := &form{from: t, to: t}
	if isPrintedByMethod(t) {
		return f
	}
	within[t] = true
	defer delete(within, t)
	switch t.Kind() {
	case reflect.Interface:
		f.isOpen = t.NumMethod() == 0
	case reflect.Slice:
		if f.elem = newForm(t.Elem(), within); f.elem.from != f.elem.to {
			f.to = reflect.SliceOf(f.elem.to)
		}
		f.isOpen = f.elem.isOpen
	case reflect.Array:
		if f.elem = newForm(t.Elem(), within); f.elem.from != f.elem.to {
			f.to = reflect.ArrayOf(t.Len(), f.elem.to)
		}
		f.isOpen = f.elem.isOpen
	case reflect.Map:
		f.key, f.elem = newForm(t.Key(), within), newForm(t.Elem(), within)
		if f.key.from != f.key.to || f.elem.from != f.elem.to {
			f.to = reflect.MapOf(f.key.to, f.elem.to)
		}
		f.isOpen = f.key.isOpen || f.elem.isOpen
	case reflect.Struct:
		switch {
		case isHeld(t):
			return boxed(t)
		case isOfScript(t):
			f.structForm(within)
		}
	}
	return f
}

func boxed(t reflect.Type) *form {
	return &form{from: t, to: reflect.TypeFor[any](), isOpen: true, isBoxed: true}
}

// isOfScript reports whether a struct may be one of a script's: they have no
// names, and every field can be set.
func isOfScript(t reflect.Type) bool {
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return false
		}
	}
	return t.Name() == ""
}

func (f *form) structForm(within map[reflect.Type]bool) {
	var written []reflect.StructField
	isOther := false
	for i := range f.from.NumField() {
		field := f.from.Field(i)
		name, isUnexported := field.Tag.Lookup(Tag)
		if name == Unwritten {
			f.fields = append(f.fields, nil)
			isOther = true
			continue
		}
		part := newForm(field.Type, within)
		if isUnexported && field.Type.Kind() == reflect.Interface {
			part = boxed(field.Type) // fmt calls no methods there
		}
		f.fields = append(f.fields, part)
		f.isOpen = f.isOpen || part.isOpen
		isOther = isOther || isUnexported || part.from != part.to
		next := reflect.StructField{Name: field.Name, Type: part.to, Tag: authors(field.Tag)}
		if isUnexported {
			next.Name, next.PkgPath, next.Tag = name, "script", ""
		}
		written = append(written, next)
	}
	if isOther {
		f.to = reflect.StructOf(written)
	}
}

// authors returns a tag without what was added to it.
func authors(tag reflect.StructTag) reflect.StructTag {
	if own, ok := tag.Lookup("gatehouse"); ok {
		return reflect.StructTag(strings.TrimSpace(strings.TrimSuffix(string(tag), "gatehouse:"+strconv.Quote(own))))
	}
	return tag
}

// isPrintedByMethod reports whether a type tells itself how its values are
// printed, as a type of the host may.
func isPrintedByMethod(t reflect.Type) bool {
	if t.NumMethod() == 0 || t.Kind() == reflect.Interface {
		return false
	}
	for _, face := range []reflect.Type{
		reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Stringer](),
		reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler](),
	} {
		if t.Implements(face) {
			return true
		}
	}
	return false
}
