// Package nesting finds values that hold themselves, before they are given to
// code that would follow them for ever: in Go an endless recursion cannot be
// recovered from, and ends the process.
package nesting

import (
	"encoding"
	"encoding/json"
	"reflect"
)

// Most is how deep a value may be nested.
const Most = 1000

// interpreted is the package of the types that the interpreter wraps values in.
const interpreted = "github.com/traefik/yaegi/interp"

// IsEndless reports whether a value holds others more than Most deep, as one
// does that holds itself. Pointers count where they are followed: by all of
// them, or, as package fmt does, only by the outermost.
func IsEndless(value any, allPointers bool) bool {
	return isDeeper(reflect.ValueOf(value), allPointers, Most, true)
}

func isDeeper(v reflect.Value, allPointers bool, left int, outermost bool) bool {
	if left == 0 {
		return true
	}
	if allPointers && v.IsValid() && v.Kind() != reflect.Interface && encodesItself(v.Type()) {
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		return !v.IsNil() && isDeeper(v.Elem(), allPointers, left-1, outermost)
	case reflect.Pointer:
		return !v.IsNil() && (allPointers || outermost) && isDeeper(v.Elem(), allPointers, left-1, false)
	case reflect.Map:
		if isFlat(v.Type().Elem()) {
			return false
		}
		for entries := v.MapRange(); entries.Next(); {
			if isDeeper(entries.Value(), allPointers, left-1, false) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		if isFlat(v.Type().Elem()) {
			return false
		}
		for i := range v.Len() {
			if isDeeper(v.Index(i), allPointers, left-1, false) {
				return true
			}
		}
	case reflect.Struct:
		if v.Type().PkgPath() == interpreted {
			return false // it leads into the interpreter
		}
		for i := range v.NumField() {
			if isDeeper(v.Field(i), allPointers, left-1, false) {
				return true
			}
		}
	}
	return false
}

// encodesItself reports whether values of a type have a method that encoding
// asks instead of looking into them.
func encodesItself(t reflect.Type) bool {
	return t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// isFlat reports whether values of a type hold no others.
func isFlat(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array, reflect.Struct:
		return false
	}
	return true
}
