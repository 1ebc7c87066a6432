package nesting

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"

	"gatehouse/runtime/internal/fields"
)

// SelfHiding is a value that prints and encodes as Hide would have it by itself.
type SelfHiding interface{ HidesNested() }

// Hide returns a value as a log may have it. Package log/slog asks a value for its
// method LogValue, and none of those that are nested in it, which encoders then
// write as they are: of a list of what hides a password, the passwords. What holds
// none of these is returned as it is, and otherwise something that prints and
// encodes with what their methods return in their places.
func Hide(value any) any {
	if value == nil || !mayHide(reflect.TypeOf(value)) {
		return value
	}
	if _, isError := value.(error); isError { // whose text is all that is logged of it
		return value
	}
	v := reflect.ValueOf(value)
	if !(&search{seen: map[pointed]bool{}}).hides(v, 0, false) {
		return value
	}
	return hidden{v}
}

// hidden is a value with others in it that have a method LogValue.
type hidden struct{ value reflect.Value }

// Format implements fmt.Formatter.
func (h hidden) Format(state fmt.State, verb rune) {
	fmt.Fprintf(state, fmt.FormatString(state, verb), h.shown(false))
}

// MarshalJSON implements json.Marshaler.
func (h hidden) MarshalJSON() ([]byte, error) { return json.Marshal(h.shown(true)) }

func (h hidden) shown(asJSON bool) any {
	return (&copier{asJSON: asJSON, known: map[pointed]any{}}).show(h.value, 0, false)
}

// pointed is what a pointer leads to: one address may be of several types.
type pointed struct {
	address uintptr
	of      reflect.Type
}

var (
	logValuer  = reflect.TypeFor[slog.LogValuer]()
	selfHiding = reflect.TypeFor[SelfHiding]()
	hiding     sync.Map // reflect.Type → bool: what mayHide has found
)

// mayHide reports whether values of a type can have in them what has a method
// LogValue.
func mayHide(t reflect.Type) bool {
	known, ok := hiding.Load(t)
	if !ok {
		known = mayHold(t, map[reflect.Type]bool{})
		hiding.Store(t, known)
	}
	return known.(bool)
}

func mayHold(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t.Implements(logValuer) || reflect.PointerTo(t).Implements(logValuer) || t.Kind() == reflect.Interface {
		return true
	}
	if seen[t] || t.PkgPath() == interpreted || t.Implements(selfHiding) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map:
		return mayHold(t.Key(), seen) || mayHold(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return mayHold(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if mayHold(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// search looks for what has a method LogValue, where encoders look: pointers
// that are not exported, or that are in what encodes itself, are not followed, as
// others may be changing what is behind them.
type search struct{ seen map[pointed]bool }

func (s *search) hides(v reflect.Value, depth int, isOwn bool) bool {
	if !v.IsValid() || !mayHide(v.Type()) {
		return false
	}
	if depth > Most || isHiding(v) {
		return true
	}
	isOwn = isOwn || v.Kind() != reflect.Interface && encodesItself(v.Type())
	switch v.Kind() {
	case reflect.Interface:
		return s.hides(v.Elem(), depth+1, isOwn)
	case reflect.Pointer:
		if isOwn {
			return false
		}
		at := pointed{v.Pointer(), v.Type()}
		if s.seen[at] {
			return false
		}
		s.seen[at] = true
		return s.hides(v.Elem(), depth+1, isOwn)
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if s.hides(entries.Key(), depth+1, isOwn) || s.hides(entries.Value(), depth+1, isOwn) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if s.hides(v.Index(i), depth+1, isOwn) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if s.hides(v.Field(i), depth+1, isOwn || !v.Type().Field(i).IsExported()) {
				return true
			}
		}
	}
	return false
}

// isHiding reports whether a value, or its address, has a method LogValue.
func isHiding(v reflect.Value) bool {
	return v.Kind() != reflect.Interface && (v.Type().Implements(logValuer) || reflect.PointerTo(v.Type()).Implements(logValuer))
}

// copier makes of a value what shows it: maps, lists and what is in them.
type copier struct {
	asJSON bool            // or else as fmt prints
	known  map[pointed]any // what pointers lead to
}

func (c *copier) show(v reflect.Value, depth int, isOwn bool) any {
	switch {
	case !v.IsValid():
		return nil
	case depth > Most:
		return "(a value that holds itself)"
	case v.Kind() == reflect.Pointer && v.IsNil():
		return nil
	case isHiding(v):
		return c.resolved(v, depth)
	case !mayHide(v.Type()) || !c.asJSON && printsItself(v) || isNil(v):
		return v.Interface()
	case isWrapper(v.Type()):
		return c.show(v.Field(0), depth+1, isOwn)
	}
	isOwn = isOwn || v.Kind() != reflect.Interface && encodesItself(v.Type())
	switch v.Kind() {
	case reflect.Interface:
		return c.show(v.Elem(), depth+1, isOwn)
	case reflect.Pointer:
		if isOwn {
			return fmt.Sprintf("%#x", v.Pointer())
		}
		return c.pointer(v, depth)
	case reflect.Map:
		entries := make(map[string]any, v.Len())
		for each := v.MapRange(); each.Next(); {
			entries[fmt.Sprint(c.show(each.Key(), depth+1, isOwn))] = c.show(each.Value(), depth+1, isOwn)
		}
		return entries
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = c.show(v.Index(i), depth+1, isOwn)
		}
		return list
	case reflect.Struct:
		return c.fields(v, depth, isOwn)
	}
	return v.Interface()
}

func isNil(v reflect.Value) bool {
	return (v.Kind() == reflect.Map || v.Kind() == reflect.Slice) && v.IsNil()
}

// isWrapper reports whether values of a type stand for that in their first field,
// a script's.
func isWrapper(t reflect.Type) bool {
	return t.PkgPath() == wrapping && t.Kind() == reflect.Struct && (t.Field(0).Name == "IValue" || t.Field(0).Name == "Boxed")
}

// printsItself reports whether a value has a method that package fmt asks.
func printsItself(v reflect.Value) bool {
	switch v.Interface().(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return v.Kind() != reflect.Interface
	}
	return false
}

func (c *copier) pointer(v reflect.Value, depth int) any {
	at := pointed{v.Pointer(), v.Type()}
	if shown, known := c.known[at]; known {
		return shown
	}
	c.known[at] = "(a value that holds itself)"
	shown := c.show(v.Elem(), depth+1, false)
	c.known[at] = shown
	return shown
}

// fields shows a struct. JSON has the names that encoding gives them, and no field
// that is not exported.
func (c *copier) fields(v reflect.Value, depth int, isOwn bool) any {
	whole := reflect.New(v.Type()).Elem() // so that all fields can be read
	whole.Set(v)
	shown := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if c.asJSON && (!field.IsExported() || name == "-") {
			continue
		}
		if !c.asJSON || name == "" {
			name = field.Name
		}
		switch written := field.Tag.Get(fields.Tag); written {
		case "":
		case fields.Unwritten:
			continue
		default:
			name = written
		}
		at := whole.Field(i)
		shown[name] = c.show(reflect.NewAt(at.Type(), at.Addr().UnsafePointer()).Elem(), depth+1, isOwn || !field.IsExported())
	}
	return shown
}

// resolved shows what a method LogValue returns.
func (c *copier) resolved(v reflect.Value, depth int) any {
	if !v.Type().Implements(logValuer) {
		address := reflect.New(v.Type())
		address.Elem().Set(v)
		v = address
	}
	return c.logged(slog.AnyValue(v.Interface()).Resolve(), depth+1)
}

func (c *copier) logged(value slog.Value, depth int) any {
	if depth > Most { // a method that returns what has the same method
		return "(a value that holds itself)"
	}
	switch value.Kind() {
	case slog.KindGroup:
		group := map[string]any{}
		for _, attr := range value.Group() {
			group[attr.Key] = c.logged(attr.Value.Resolve(), depth+1)
		}
		return group
	case slog.KindAny:
		return c.show(reflect.ValueOf(value.Any()), depth+1, false)
	}
	return value.Any()
}
