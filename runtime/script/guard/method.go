package guard

import "reflect"

// method returns a method of a value of the host's as a function, or nil. What
// is in a wrapper is the script's, which knows its methods itself.
func method(value any, name string) any {
	v := reflect.ValueOf(value)
	if !v.IsValid() || isWrapper(v.Type()) || isBox(value) {
		return nil
	}
	found := v.MethodByName(name)
	if !found.IsValid() {
		return nil
	}
	return found.Interface()
}

func isBox(value any) bool {
	switch value.(type) {
	case named, namedError:
		return true
	}
	return false
}
