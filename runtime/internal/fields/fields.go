// Package fields gives values of scripts the fields that their authors wrote,
// for those who print them. The interpreter has none that are not exported: it
// puts an X before their names, so that reflection may set them, and an empty
// struct has a field that tells it from others.
package fields

import (
	"fmt"
	"reflect"
)

// Tag is the key under which the tag of a field has its name in the source,
// where that is not exported. Unwritten stands for a field that the source does
// not have.
const (
	Tag       = "unexported"
	Unwritten = "-"
)

// Restore returns a value as package fmt should see it: as it is, or a copy
// whose structs have the fields that were written. What is nested in it is
// copied too, except by pointers that are nested themselves: fmt prints those as
// addresses.
//
// The value must have passed nesting.IsEndless. What the interpreter keeps in
// interfaces of the script's own, which that does not look into, is looked into
// here: of what holds itself there, a text is returned that says so.
func Restore(value any) (restored any) {
	if value == nil {
		return nil
	}
	v := reflect.ValueOf(value)
	isPointer := v.Kind() == reflect.Pointer
	if isPointer {
		v = v.Elem()
	}
	if !v.IsValid() {
		return value // a nil pointer
	}
	form := formOf(v.Type())
	if !form.isTouched(v) {
		return value
	}
	defer func() {
		if fault := recover(); fault == any(errTooDeep) {
			restored = errTooDeep.Error()
		} else if fault != nil {
			panic(fault)
		}
	}()
	if isPointer {
		whole := reflect.New(form.to)
		whole.Elem().Set(form.restore(v, most))
		return whole.Interface()
	}
	return form.restore(v, most).Interface()
}

// most is how deep a value may be nested.
const most = 1000

var errTooDeep = fmt.Errorf("(a value nested more than %d deep, or that holds itself)", most)

// isTouched reports whether a value, of the type that the form is of, is not
// printed as it should be.
func (f *form) isTouched(v reflect.Value) bool {
	switch {
	case f.from != f.to:
		return true
	case !f.isOpen:
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		return !v.IsNil() && formOf(v.Elem().Type()).isTouched(v.Elem())
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if f.key.isTouched(entries.Key()) || f.elem.isTouched(entries.Value()) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if f.elem.isTouched(v.Index(i)) {
				return true
			}
		}
	case reflect.Struct:
		for i, field := range f.fields {
			if field.isTouched(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// restore returns the copy of a value, of type f.to. It panics with errTooDeep for
// one that is nested deeper than is left.
func (f *form) restore(v reflect.Value, left int) reflect.Value {
	if f.from == f.to && !f.isOpen {
		return v
	}
	if left == 0 {
		panic(errTooDeep)
	}
	left--
	restored := reflect.New(f.to).Elem()
	if f.isBoxed {
		if value := bare(v); value.IsValid() {
			restored.Set(formOf(value.Type()).restore(value, left))
		}
		return restored
	}
	switch f.from.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			restored.Set(formOf(v.Elem().Type()).restore(v.Elem(), left))
		}
	case reflect.Map:
		if v.IsNil() {
			break
		}
		restored.Set(reflect.MakeMapWithSize(f.to, v.Len()))
		for entries := v.MapRange(); entries.Next(); {
			restored.SetMapIndex(f.key.restore(entries.Key(), left), f.elem.restore(entries.Value(), left))
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		restored.Set(reflect.MakeSlice(f.to, v.Len(), v.Len()))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			restored.Index(i).Set(f.elem.restore(v.Index(i), left))
		}
	case reflect.Struct:
		f.restoreFields(v, restored, left)
	}
	return restored
}

func (f *form) restoreFields(v, restored reflect.Value, left int) {
	written := 0
	for i, field := range f.fields {
		if field == nil {
			continue
		}
		to := restored.Field(written)
		written++
		// Those that are not exported can be set by their addresses alone.
		reflect.NewAt(to.Type(), to.Addr().UnsafePointer()).Elem().Set(field.restore(v.Field(i), left))
	}
}
