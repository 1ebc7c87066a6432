package compile

import (
	"go/ast"
	"go/types"
	"reflect"
)

// Values that become an interface may become JSON, in an answer or elsewhere.
// The interpreter's structs are no structs of the host: embedded ones are not
// flattened, and the method MarshalJSON of a script's type is not seen by the
// host unless json.Marshal gets the very value. Both would be silently wrong,
// so they are refused.

// checkJSON refuses an operand that would make the wrong JSON.
func (l *lowering) checkJSON(operand ast.Expr, isMarshaled bool) {
	t := l.info.TypeOf(operand)
	if isMarshaled {
		if l.marshaler(t) != "" {
			return
		}
	}
	if reason := l.wrongJSON(t, map[types.Type]bool{}); reason != "" {
		l.refuse(operand.Pos(), "%s", reason)
	}
}

func (l *lowering) wrongJSON(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	if named, ok := types.Unalias(t).(*types.Named); ok {
		if named.Obj().Pkg() != l.pkg {
			return ""
		}
		if method := l.marshaler(t); method != "" {
			return "services cannot hand on a " + named.Obj().Name() + " as any: its method " + method + " would not be called for JSON; call it, or convert the value first"
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return l.wrongJSON(u.Elem(), seen)
	case *types.Slice:
		return l.wrongJSON(u.Elem(), seen)
	case *types.Array:
		return l.wrongJSON(u.Elem(), seen)
	case *types.Map:
		return l.wrongJSON(u.Elem(), seen)
	case *types.Struct:
		for i := range u.NumFields() {
			field := u.Field(i)
			tag := reflect.StructTag(u.Tag(i)).Get("json")
			if field.Embedded() && tag == "" && isEmbeddedStruct(field) && seenByJSON(field.Type(), field.Name()) {
				return "services cannot hand on a struct that embeds " + field.Name() + " as any: its fields would be nested in JSON; name the field, or give it a json tag"
			}
			if field.Exported() && tag != "-" {
				if reason := l.wrongJSON(field.Type(), seen); reason != "" {
					return reason
				}
			}
		}
	}
	return ""
}

func isEmbeddedStruct(field *types.Var) bool {
	t := field.Type()
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// marshaler returns the method of a script's type that JSON is made by, if it
// has one.
func (l *lowering) marshaler(t types.Type) string {
	if types.IsInterface(t) {
		return ""
	}
	for _, name := range []string{"MarshalJSON", "MarshalText"} {
		object, _, _ := types.LookupFieldOrMethod(t, true, l.pkg, name)
		if method, ok := object.(*types.Func); ok && method.Pkg() == l.pkg {
			return name
		}
	}
	return ""
}
