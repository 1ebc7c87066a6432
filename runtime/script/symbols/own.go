package symbols

import "reflect"

// owned are the packages whose variables of pointer, map and slice type every
// interpreter has copies of: what a script changes through one of them, by
// mistake, must not change for the whole process.
//
// The other packages' variables of such types stay the host's, for they are
// known by their identity (time.UTC, http.ErrNotSupported) or by which code is
// the fast one for them (crc32.IEEETable); what could change them is refused
// when a script is loaded.
var owned = map[string]bool{
	"encoding/base32": true,
	"encoding/base64": true,
	"encoding/xml":    true,
	"unicode":         true,
}

// own puts copies of its variables into the table of a package.
func own(path string, symbols map[string]reflect.Value) {
	if !owned[path] {
		return
	}
	copies := copier{}
	for name, symbol := range symbols {
		if symbol.CanAddr() { // a variable
			copied := reflect.New(symbol.Type()).Elem()
			copied.Set(copies.copy(symbol))
			symbols[name] = copied
		}
	}
}

// copier makes deep copies. What is shared by several values is shared by their
// copies too: it remembers the copies of pointers.
type copier map[uintptr]reflect.Value

// copy returns a deep copy of a value. What structs have in fields that are not
// exported is copied as it is.
func (c copier) copy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		if made, ok := c[v.Pointer()]; ok {
			return made
		}
		made := reflect.New(v.Type().Elem())
		c[v.Pointer()] = made
		made.Elem().Set(c.copy(v.Elem()))
		return made
	case reflect.Map:
		made := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			made.SetMapIndex(entries.Key(), c.copy(entries.Value()))
		}
		return made
	case reflect.Slice:
		made := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(made, v)
		if v.Type().Elem().Kind() == reflect.Pointer {
			for i := range v.Len() {
				made.Index(i).Set(c.copy(v.Index(i)))
			}
		}
		return made
	case reflect.Struct:
		made := reflect.New(v.Type()).Elem()
		made.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				made.Field(i).Set(c.copy(v.Field(i)))
			}
		}
		return made
	}
	return v
}
