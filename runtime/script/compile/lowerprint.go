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
// such, or "" where fmt prints it as it is. depth counts what it is held by.
func (l *lowering) printable(t types.Type, depth int) string {
	if types.IsInterface(t) || l.printMethod(t) != nil {
		return ""
	}
	named, isNamed := types.Unalias(t).(*types.Named)
	if isNamed && named.Obj().Pkg() != l.pkg {
		return ""
	}
	if !isNamed || !l.isNameable(t) {
		if l.printing[t] {
			return "" // of itself
		}
		l.printing[t] = true
		defer delete(l.printing, t)
		if body := l.printableBody(t, depth); body != "" {
			return l.helper(body, baseOf(t))
		}
		return ""
	}
	// What holds itself calls itself.
	name, isKnown := l.printers[named]
	if !isKnown {
		name = l.fresh()
		l.printers[named] = name
		body := l.printableBody(t, depth)
		if body == "" {
			l.printers[named] = ""
			return ""
		}
		fmt.Fprintf(&l.added, "func %s%s\n", name, body)
	}
	return name
}

func (l *lowering) printableBody(t types.Type, depth int) string {
	const result = "interface{}"
	text := l.typeText(t)
	switch u := t.Underlying().(type) {
	case *types.Slice:
		if element := l.printed(u.Elem(), depth+1); element != "" {
			return fmt.Sprintf("(v %s) %s { if v == nil { return []%[2]s(nil) }; r := make([]%[2]s, len(v)); for i := range v { r[i] = %[3]sguard.Any(%s(v[i])) }; return r }",
				text, result, l.prefix, element)
		}
	case *types.Array:
		if element := l.printed(u.Elem(), depth+1); element != "" {
			return fmt.Sprintf("(v %s) %s { var r [%[3]d]%[2]s; for i := range v { r[i] = %[4]sguard.Any(%s(v[i])) }; return r }",
				text, result, u.Len(), l.prefix, element)
		}
	case *types.Map:
		return l.printableMap(t, u, depth)
	case *types.Pointer:
		if depth > 0 {
			return "" // printed as an address
		}
		if inner := l.printable(u.Elem(), depth+1); inner != "" {
			return fmt.Sprintf("(v %s) interface{} { if v == nil { return %[2]sguard.Any(v) }; return %[2]sguard.Pointer(%s(*v)) }", text, l.prefix, inner)
		}
	case *types.Struct:
		return l.printableStruct(t, u, depth)
	}
	return ""
}

// printed is printable for what is held: by its method too.
func (l *lowering) printed(t types.Type, depth int) string {
	if isEmptyInterface(t) || l.isOwnInterface(t) {
		return l.shown(t, depth)
	}
	face := l.printMethod(t)
	if face == nil {
		return l.printable(t, depth)
	}
	nothing := ""
	if _, isPointer := t.Underlying().(*types.Pointer); isPointer {
		nothing = "if v == nil { return nil }; "
	}
	return l.helper(fmt.Sprintf("(v %s) interface{} { %sreturn %s(v) }", l.typeText(t), nothing, l.identity(t, face)), t)
}

// shown returns a function that finds, in an interface, the values that package
// fmt prints by a method, or by the methods of what they hold, or "" where the
// script has no such types.
func (l *lowering) shown(from types.Type, depth int) string {
	key := "shown " + l.typeText(from)
	if depth > 0 {
		key = "held " + key
	}
	name, isKnown := l.helpers[key]
	if isKnown {
		return name
	}
	name = l.fresh()
	l.helpers[key] = name
	steps := l.shownByMethod(from)
	scope := l.pkg.Scope()
	for _, name := range scope.Names() {
		declared, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || declared.IsAlias() || !isStruct(declared.Type()) {
			continue
		}
		for _, t := range []types.Type{declared.Type(), types.NewPointer(declared.Type())} {
			if !types.Implements(t, from.Underlying().(*types.Interface)) {
				continue
			}
			if printer := l.printable(t, depth); printer != "" {
				steps += fmt.Sprintf("if v, is := b.(%s); is { return %s(v) }; ", l.typeText(t), printer)
			}
		}
	}
	if steps == "" {
		l.helpers[key] = ""
		return ""
	}
	fmt.Fprintf(&l.added, "func %s%s\n", name, l.showing(from, steps))
	return name
}

// methodShown is shown for those that are printed by a method.
func (l *lowering) methodShown(from types.Type) string {
	steps := l.shownByMethod(from)
	if steps == "" {
		return ""
	}
	return l.helper(l.showing(from, steps), types.Typ[types.Int])
}

func (l *lowering) shownByMethod(from types.Type) string {
	var steps strings.Builder
	seen := map[string]bool{}
	for _, face := range []types.Type{errorType, stringerType} {
		for _, t := range l.implementers(from, face) {
			format, _, _ := types.LookupFieldOrMethod(t, true, l.pkg, "Format")
			if text := l.typeText(t); format == nil && !seen[text] && (!l.isBoxed(t) || !isEmptyInterface(from)) {
				seen[text] = true
				fmt.Fprintf(&steps, "if v, is := b.(%s); is { return %s(v) }; ", text, l.identity(t, face))
			}
		}
	}
	return steps.String()
}

func (l *lowering) showing(from types.Type, steps string) string {
	if isEmptyInterface(from) {
		return fmt.Sprintf("(x interface{}) interface{} { b := %sguard.Bare(x); %s return x }", l.prefix, steps)
	}
	return fmt.Sprintf("(b %s) interface{} { if b == nil { return nil }; %s return %s(b) }", l.typeText(from), steps, l.emptied(from))
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

func (l *lowering) printableMap(t types.Type, u *types.Map, depth int) string {
	key, keyType := "", l.typeText(u.Key())
	if l.isBoxed(u.Key()) && l.printMethod(u.Key()) != nil {
		key, keyType = l.boxer(u.Key()), "interface{}"
	}
	element, elementType := l.printed(u.Elem(), depth+1), "interface{}"
	switch {
	case element != "":
		element = l.prefix + "guard.Any(" + element + "(e))"
	case key == "":
		return ""
	default:
		element, elementType = "e", l.typeText(u.Elem())
	}
	return fmt.Sprintf("(v %s) interface{} { if v == nil { return map[%[2]s]%[3]s(nil) }; r := make(map[%[2]s]%[3]s, len(v)); for k, e := range v { r[%[4]s(k)] = %[5]s }; return r }",
		l.typeText(t), keyType, elementType, key, element)
}

func (l *lowering) printableStruct(t types.Type, u *types.Struct, depth int) string {
	isOther := false
	var list, values []string
	for i := range u.NumFields() {
		field := u.Field(i)
		fieldType, value := l.typeText(field.Type()), "v."+field.Name()
		if field.Exported() {
			if function := l.printed(field.Type(), depth+1); function != "" {
				isOther = true
				fieldType, value = "interface{}", l.prefix+"guard.Any("+function+"("+value+"))"
			}
		}
		text := field.Name() + " " + fieldType
		if tag := fieldTag("", field.Name(), !field.Exported()); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		list = append(list, text)
		if field.Name() == "_" {
			continue
		}
		values = append(values, fmt.Sprintf("r.%s = %s; ", field.Name(), value))
	}
	if !isOther {
		return ""
	}
	return fmt.Sprintf("(v %s) interface{} { var r struct { %s }; %sreturn %sguard.Any(r) }",
		l.typeText(t), strings.Join(list, "; "), strings.Join(values, ""), l.prefix)
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
