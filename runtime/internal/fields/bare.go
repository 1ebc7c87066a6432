package fields

import (
	"reflect"
	"unsafe"
)

// isHeld reports whether a type is the one in which the interpreter keeps a
// value in an interface with methods.
func isHeld(t reflect.Type) bool {
	return t.PkgPath() == "github.com/traefik/yaegi/interp" && t.Name() == "valueInterface" &&
		t.NumField() == 2 && t.Field(1).Type == reflect.TypeFor[reflect.Value]()
}

// bare returns what is in an interface, without what it was wrapped in for the
// sake of its methods, or no value.
func bare(v reflect.Value) reflect.Value {
	for v.IsValid() {
		switch {
		case v.Kind() == reflect.Interface:
			v = v.Elem()
		case v.Kind() != reflect.Struct || v.NumField() == 0:
			return v
		case isHeld(v.Type()):
			// The field is not exported: it is read where it is, in a copy.
			whole := reflect.New(v.Type()).Elem()
			whole.Set(v)
			held := *(*reflect.Value)(unsafe.Pointer(whole.Field(1).UnsafeAddr()))
			if !held.IsValid() || !held.CanInterface() {
				return reflect.Value{}
			}
			v = held
		case v.Type().Field(0).Name == "IValue", v.Type().Field(0).Name == "Boxed" && v.Type().PkgPath() == "gatehouse/runtime/script/guard":
			v = v.Field(0)
		default:
			return v
		}
	}
	return v
}
