package compile

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// typeText returns a type as the joined source writes it at the level of the
// package: packages under their names there, instances for generic types,
// arguments for type parameters.
func (x *expansion) typeText(t types.Type, bound bindings) string {
	text := func(t types.Type) string { return x.typeText(t, bound) }
	switch t := t.(type) {
	case *types.Basic:
		return t.Name()
	case *types.Alias:
		if t.TypeArgs().Len() == 0 && t.Obj().Pkg() != nil && t.Obj().Parent() == t.Obj().Pkg().Scope() {
			return x.qualified(t.Obj())
		}
		if t.Obj().Pkg() == nil {
			return t.Obj().Name() // any
		}
		return text(types.Unalias(t))
	case *types.TypeParam:
		return bound[t]
	case *types.Named:
		return x.namedText(t, bound)
	case *types.Pointer:
		return "*" + text(t.Elem())
	case *types.Slice:
		return "[]" + text(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), text(t.Elem()))
	case *types.Map:
		return "map[" + text(t.Key()) + "]" + text(t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return "chan<- " + text(t.Elem())
		case types.RecvOnly:
			return "<-chan " + text(t.Elem())
		}
		return "chan (" + text(t.Elem()) + ")"
	case *types.Signature:
		return "func" + x.signatureText(t, bound)
	case *types.Struct:
		return x.structText(t, bound)
	case *types.Interface:
		if t.NumMethods() == 0 {
			return "interface{}"
		}
		var methods []string
		for method := range t.Methods() {
			methods = append(methods, method.Name()+x.signatureText(method.Signature(), bound))
		}
		return "interface{ " + strings.Join(methods, "; ") + " }"
	}
	return t.String()
}

func (x *expansion) qualified(object types.Object) string {
	if hoisted := x.hoisted[object]; hoisted != "" {
		return hoisted
	}
	if own := x.ownName(object); own != "" {
		return own
	}
	if object.Pkg() == nil || object.Pkg() == x.pkg || object.Parent() != object.Pkg().Scope() {
		return object.Name()
	}
	return x.importName(object.Pkg()) + "." + object.Name()
}

func (x *expansion) namedText(t *types.Named, bound bindings) string {
	if t.TypeArgs().Len() == 0 {
		return x.qualified(t.Obj())
	}
	if path := pathOf(t.Obj()); path == "iter" {
		return "(" + x.typeText(t.Underlying(), bound) + ")" // for conversions to it
	}
	arguments := make([]string, t.TypeArgs().Len())
	for i := range arguments {
		arguments[i] = x.typeText(t.TypeArgs().At(i), bound)
	}
	from, origin := x.unit, types.Object(t.Origin().Obj())
	if from.generics[origin] == nil {
		found := x.library.find(pathOf(origin), origin.Name())
		if found == nil {
			return t.String()
		}
		from, origin = found.unit, found.object
	}
	return x.use(from, origin, arguments)
}

func pathOf(object types.Object) string {
	if object.Pkg() == nil {
		return ""
	}
	return object.Pkg().Path()
}

func (x *expansion) signatureText(t *types.Signature, bound bindings) string {
	list := func(tuple *types.Tuple, isVariadic bool) string {
		var parts []string
		for i := range tuple.Len() {
			text := x.typeText(tuple.At(i).Type(), bound)
			if isVariadic && i == tuple.Len()-1 {
				text = "..." + strings.TrimPrefix(text, "[]")
			}
			parts = append(parts, text)
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	text := list(t.Params(), t.Variadic())
	if t.Results().Len() > 0 {
		text += " " + list(t.Results(), false)
	}
	return text
}

func (x *expansion) structText(t *types.Struct, bound bindings) string {
	var fields []string
	for i := range t.NumFields() {
		field := t.Field(i)
		text := x.typeText(field.Type(), bound)
		if !field.Embedded() {
			text = field.Name() + " " + text
		}
		if tag := t.Tag(i); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		fields = append(fields, text)
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}

// mentionsTypeParam reports whether a type depends on a type parameter.
func mentionsTypeParam(t types.Type) bool {
	seen := map[types.Type]bool{}
	var visit func(t types.Type) bool
	tuple := func(tuple *types.Tuple) bool {
		for v := range tuple.Variables() {
			if visit(v.Type()) {
				return true
			}
		}
		return false
	}
	visit = func(t types.Type) bool {
		if seen[t] {
			return false
		}
		seen[t] = true
		switch t := types.Unalias(t).(type) {
		case *types.TypeParam:
			return true
		case *types.Pointer:
			return visit(t.Elem())
		case *types.Slice:
			return visit(t.Elem())
		case *types.Array:
			return visit(t.Elem())
		case *types.Chan:
			return visit(t.Elem())
		case *types.Map:
			return visit(t.Key()) || visit(t.Elem())
		case *types.Signature:
			return tuple(t.Params()) || tuple(t.Results())
		case *types.Struct:
			for field := range t.Fields() {
				if visit(field.Type()) {
					return true
				}
			}
		case *types.Named:
			for argument := range t.TypeArgs().Types() {
				if visit(argument) {
					return true
				}
			}
		}
		return false
	}
	return visit(t)
}
