package guard

import (
	"reflect"
	"unsafe"
)

// equal compares two interface values of a script. The interpreter's own
// comparison sees wrappers, which differ for one and the same pointer.
func equal(a, b any) bool {
	a, aKind, aWrapped := look(a)
	b, bKind, bWrapped := look(b)
	if aKind != bKind && (aKind != nil || !aWrapped) && (bKind != nil || !bWrapped) {
		return false // what is in a wrapper alone may be of any named type
	}
	return a == b
}

// bare returns what is in an interface, without any wrapping.
func bare(value any) any {
	value, _, _ = look(value)
	return value
}

// peeled takes a value out of one wrapper: a struct whose first field is IValue
// where the host wanted an interface, the interpreter's valueInterface elsewhere,
// or the reflect.Value that it panics with.
func peeled(value any) (inner any, isWrapped bool) {
	if held, ok := value.(reflect.Value); ok && held.IsValid() && held.CanInterface() {
		return held.Interface(), true
	}
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Struct || v.NumField() == 0 || !isWrapper(v.Type()) {
		return value, false
	}
	if v.Type().Field(0).Name == "IValue" {
		return v.Field(0).Interface(), true
	}
	// The field is not exported: read it where it is.
	whole := reflect.New(v.Type()).Elem()
	whole.Set(v)
	held := *(*reflect.Value)(unsafe.Pointer(whole.Field(1).UnsafeAddr()))
	if !held.IsValid() || !held.CanInterface() {
		return nil, true
	}
	return held.Interface(), true
}

// isWrapper reports whether a type is one that the interpreter wraps values in.
func isWrapper(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return false
	}
	return t.Field(0).Name == "IValue" ||
		t.Name() == "valueInterface" && t.NumField() == 2 && t.Field(1).Type == reflect.TypeFor[reflect.Value]()
}
