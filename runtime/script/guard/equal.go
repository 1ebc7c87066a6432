package guard

import (
	"reflect"
	"unsafe"
)

// equal compares two interface values of a script. The interpreter's own
// comparison sees wrappers, which differ for one and the same pointer.
func equal(a, b any) bool {
	a, b = bare(a), bare(b)
	if a == nil || b == nil {
		return a == b
	}
	return a == b
}

// bare returns what a script's value is without the interpreter's wrapping: a
// struct whose first field is IValue where the host wanted an interface, and
// its valueInterface elsewhere.
func bare(value any) any {
	for {
		if held, ok := value.(reflect.Value); ok && held.IsValid() && held.CanInterface() {
			value = held.Interface() // as the interpreter panics with what it computes
			continue
		}
		v := reflect.ValueOf(value)
		if v.Kind() != reflect.Struct || v.NumField() == 0 {
			return value
		}
		t := v.Type()
		switch {
		case !isWrapper(t):
			return value
		case t.Field(0).Name == "IValue":
			value = v.Field(0).Interface()
		default:
			// The field is not exported: read it where it is.
			whole := reflect.New(t).Elem()
			whole.Set(v)
			field := whole.Field(1)
			held := *(*reflect.Value)(unsafe.Pointer(field.UnsafeAddr()))
			if !held.IsValid() || !held.CanInterface() {
				return nil
			}
			value = held.Interface()
		}
	}
}

// isWrapper reports whether a type is one that the interpreter wraps values in.
func isWrapper(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return false
	}
	return t.Field(0).Name == "IValue" ||
		t.Name() == "valueInterface" && t.NumField() == 2 && t.Field(1).Type == reflect.TypeFor[reflect.Value]()
}
