package compile

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// Package fmt prints the elements of lists, the entries of maps and the exported
// fields of structs by their methods String and Error. It sees none on values of
// a script's types, which have to become what has them first.

// printable returns a function that makes of a value one with what it holds as
// such, or "" where fmt prints it as it is.
func (l *lowering) printable(t types.Type, within map[types.Type]bool) string {
	if within[t] || types.IsInterface(t) || !l.isNameable(baseOf(t)) {
		return ""
	}
	within[t] = true
	defer delete(within, t)
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != l.pkg {
		return ""
	}
	if l.printMethod(t) != nil {
		return ""
	}
	const result = "interface{}"
	text := l.typeText(t)
	switch u := t.Underlying().(type) {
	case *types.Slice:
		if element := l.printed(u.Elem(), within); element != "" {
			return l.helper(fmt.Sprintf("(v %s) %s { if v == nil { return []%[2]s(nil) }; r := make([]%[2]s, len(v)); for i := range v { r[i] = %[3]sguard.Any(%s(v[i])) }; return r }",
				text, result, l.prefix, element), types.Typ[types.Int])
		}
	case *types.Array:
		if element := l.printed(u.Elem(), within); element != "" {
			return l.helper(fmt.Sprintf("(v %s) %s { var r [%[3]d]%[2]s; for i := range v { r[i] = %[4]sguard.Any(%s(v[i])) }; return r }",
				text, result, u.Len(), l.prefix, element), types.Typ[types.Int])
		}
	case *types.Map:
		if l.isNameable(baseOf(u.Key())) {
			return l.printableMap(t, u, within)
		}
	case *types.Pointer:
		if len(within) > 1 {
			return "" // printed as an address
		}
		if inner := l.printable(u.Elem(), within); inner != "" {
			return l.helper(fmt.Sprintf("(v %s) interface{} { if v == nil { return %[2]sguard.Any(v) }; return %[2]sguard.Pointer(%s(*v)) }", text, l.prefix, inner), types.Typ[types.Int])
		}
	case *types.Struct:
		return l.printableStruct(t, u, within)
	}
	return ""
}

// printed is printable for what is held: by its method too.
func (l *lowering) printed(t types.Type, within map[types.Type]bool) string {
	face := l.printMethod(t)
	if face == nil {
		return l.printable(t, within)
	}
	if !l.isNameable(baseOf(t)) {
		return ""
	}
	nothing := ""
	if _, isPointer := t.Underlying().(*types.Pointer); isPointer {
		nothing = "if v == nil { return nil }; "
	}
	return l.helper(fmt.Sprintf("(v %s) interface{} { %sreturn %s(v) }", l.typeText(t), nothing, l.identity(t, face)), t)
}

// printMethod returns the interface by which fmt prints values of a script's
// type, or nil.
func (l *lowering) printMethod(t types.Type) types.Type {
	if !l.isOwn(t) || types.IsInterface(t) {
		return nil
	}
	if format, _, _ := types.LookupFieldOrMethod(t, true, l.pkg, "Format"); format != nil {
		return nil
	}
	switch {
	case types.Implements(t, errorInterface):
		return errorType
	case l.forward(t, "String", "() string") != "nil":
		return stringerType
	}
	return nil
}

func (l *lowering) printableMap(t types.Type, u *types.Map, within map[types.Type]bool) string {
	key, keyType := "", l.typeText(u.Key())
	if l.isBoxed(u.Key()) && l.printMethod(u.Key()) != nil {
		key, keyType = l.boxer(u.Key()), "interface{}"
	}
	element, elementType := l.printed(u.Elem(), within), "interface{}"
	switch {
	case element != "":
		element = l.prefix + "guard.Any(" + element + "(e))"
	case key == "":
		return ""
	default:
		element, elementType = "e", l.typeText(u.Elem())
	}
	return l.helper(fmt.Sprintf("(v %s) interface{} { if v == nil { return map[%[2]s]%[3]s(nil) }; r := make(map[%[2]s]%[3]s, len(v)); for k, e := range v { r[%[4]s(k)] = %[5]s }; return r }",
		l.typeText(t), keyType, elementType, key, element), types.Typ[types.Int])
}

func (l *lowering) printableStruct(t types.Type, u *types.Struct, within map[types.Type]bool) string {
	isOther := false
	var list, values []string
	for i := range u.NumFields() {
		field := u.Field(i)
		if field.Embedded() || field.Name() == "_" {
			return "" // its methods are the struct's
		}
		fieldType, value := l.typeText(field.Type()), "v."+field.Name()
		if field.Exported() {
			if function := l.printed(field.Type(), within); function != "" {
				isOther = true
				fieldType, value = "interface{}", l.prefix+"guard.Any("+function+"("+value+"))"
			}
		}
		text := field.Name() + " " + fieldType
		if tag := fieldTag("", field.Name(), !field.Exported()); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		list = append(list, text)
		values = append(values, fmt.Sprintf("r.%s = %s; ", field.Name(), value))
	}
	if !isOther {
		return ""
	}
	return l.helper(fmt.Sprintf("(v %s) interface{} { var r struct { %s }; %sreturn %sguard.Any(r) }",
		l.typeText(t), strings.Join(list, "; "), strings.Join(values, ""), l.prefix), types.Typ[types.Int])
}

// baseOf returns the type at the end of lists, maps and pointers.
func baseOf(t types.Type) types.Type {
	for {
		switch u := types.Unalias(t).(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		case *types.Array:
			t = u.Elem()
		case *types.Map:
			t = u.Elem()
		default:
			return t
		}
	}
}
