package guard

import "reflect"

// unboxed returns a value for those of the host's functions that look into what
// they are given, such as templates: without the boxes of named types that do
// not say how they are printed, in lists and objects too. What holds a box is
// copied.
func unboxed(value any) any {
	restored, _ := unboxedIn(value, MaxNesting)
	return restored
}

func unboxedIn(value any, left int) (restored any, isOther bool) {
	if left == 0 {
		panic(&NestingError{})
	}
	if boxed, ok := value.(named); ok && boxed.kind.text == nil {
		return boxed.Boxed, true
	}
	v := reflect.ValueOf(value)
	kind := v.Kind()
	if kind != reflect.Map && kind != reflect.Slice || v.Type().Elem() != reflect.TypeFor[any]() {
		return value, false
	}
	var copied reflect.Value
	if kind == reflect.Slice {
		for i := range v.Len() {
			inner, isInnerOther := unboxedIn(v.Index(i).Interface(), left-1)
			if !isInnerOther {
				continue
			}
			if !copied.IsValid() {
				copied = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
				reflect.Copy(copied, v)
			}
			copied.Index(i).Set(reflect.ValueOf(inner))
		}
	} else {
		for entries := v.MapRange(); entries.Next(); {
			inner, isInnerOther := unboxedIn(entries.Value().Interface(), left-1)
			if !isInnerOther {
				continue
			}
			if !copied.IsValid() {
				copied = reflect.MakeMapWithSize(v.Type(), v.Len())
				for all := v.MapRange(); all.Next(); {
					copied.SetMapIndex(all.Key(), all.Value())
				}
			}
			copied.SetMapIndex(entries.Key(), reflect.ValueOf(inner))
		}
	}
	if !copied.IsValid() {
		return value, false
	}
	return copied.Interface(), true
}

// pointerTo returns a pointer to a copy of a value.
func pointerTo(value any) any {
	pointer := reflect.New(reflect.TypeOf(value))
	pointer.Elem().Set(reflect.ValueOf(value))
	return pointer.Interface()
}
