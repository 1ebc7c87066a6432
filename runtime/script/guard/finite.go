package guard

import (
	"fmt"
	"reflect"
)

// MaxNesting is how deep a value may be nested that the host is to follow to
// its end, and MaxTemplate how long, in bytes, the text of a template may be:
// what follows them recurses, and a full stack ends the process.
const (
	MaxNesting  = 1000
	MaxTemplate = 1 << 20
)

// NestingError is what a script panics with that has the host follow a value
// nested deeper than MaxNesting.
type NestingError struct{}

// Error tells what happened.
func (*NestingError) Error() string {
	return fmt.Sprintf("a value nested more than %d deep, or that holds itself", MaxNesting)
}

// finite panics for a value that those who follow all pointers would follow too
// far.
func finite(value any) {
	if isDeeper(reflect.ValueOf(value), MaxNesting, true, true) {
		panic(&NestingError{})
	}
}

// finiteText is the same for those who follow the outermost pointer alone, as
// package fmt does.
func finiteText(value any) {
	if isDeeper(reflect.ValueOf(value), MaxNesting, false, true) {
		panic(&NestingError{})
	}
}

// short returns the text of a template, or panics where it is too long.
func short(text string) string {
	if len(text) > MaxTemplate {
		panic(fmt.Sprintf("the text of a template is longer than %d bytes", MaxTemplate))
	}
	return text
}

// isDeeper is nesting.IsEndless for values of scripts: it looks through the
// interpreter's wrappers, which lead into the interpreter itself, and leaves
// out the structs of the host, which do not hold a script's values but for a
// purpose of their own.
func isDeeper(v reflect.Value, left int, allPointers, isOutermost bool) bool {
	if left == 0 {
		return true
	}
	switch v.Kind() {
	case reflect.Interface:
		return !v.IsNil() && isDeeper(v.Elem(), left-1, allPointers, isOutermost)
	case reflect.Pointer:
		return !v.IsNil() && (allPointers || isOutermost) && isDeeper(v.Elem(), left-1, allPointers, false)
	case reflect.Map:
		for entries := v.MapRange(); holdsMore(v.Type().Elem()) && entries.Next(); {
			if isDeeper(entries.Value(), left-1, allPointers, false) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := 0; holdsMore(v.Type().Elem()) && i < v.Len(); i++ {
			if isDeeper(v.Index(i), left-1, allPointers, false) {
				return true
			}
		}
	case reflect.Struct:
		if isWrapper(v.Type()) {
			return v.CanInterface() && isDeeper(reflect.ValueOf(bare(v.Interface())), left-1, allPointers, isOutermost)
		}
		for i := 0; v.Type().PkgPath() == "" && i < v.NumField(); i++ {
			if isDeeper(v.Field(i), left-1, allPointers, false) {
				return true
			}
		}
	}
	return false
}

func holdsMore(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array, reflect.Struct:
		return true
	}
	return false
}
