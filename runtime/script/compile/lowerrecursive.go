package compile

import (
	"go/ast"
	"go/types"
)

// listsOfFunctions refuses a struct with lists, maps or the like of functions
// that take or return the struct itself: the interpreter makes functions of
// another type of them. One function in a field is none the worse for it, nor
// are such lists of structs or of interfaces.
func (l *lowering) listsOfFunctions(node *ast.TypeSpec) {
	object := l.info.Defs[node.Name]
	if object == nil {
		return
	}
	named, isNamed := object.Type().(*types.Named)
	structure, isStruct := object.Type().Underlying().(*types.Struct)
	if !isNamed || !isStruct {
		return
	}
	for field := range structure.Fields() {
		if _, isFunction := field.Type().Underlying().(*types.Signature); !isFunction && holdsFunctionOf(field.Type(), named.Obj(), 0) {
			l.refuse(field.Pos(), "services cannot have a list or map of functions that take %s, or return it, in the struct itself: keep each function in a struct of its own, such as type step struct{ do func(*%[1]s) }, or use an interface",
				object.Name())
		}
	}
}

// holdsFunctionOf reports whether a type is made of functions that mention a
// struct.
func holdsFunctionOf(t types.Type, mentioned types.Object, depth int) bool {
	if depth > 8 {
		return false
	}
	switch t := t.Underlying().(type) {
	case *types.Slice:
		return holdsFunctionOf(t.Elem(), mentioned, depth+1)
	case *types.Array:
		return holdsFunctionOf(t.Elem(), mentioned, depth+1)
	case *types.Pointer:
		return holdsFunctionOf(t.Elem(), mentioned, depth+1)
	case *types.Chan:
		return holdsFunctionOf(t.Elem(), mentioned, depth+1)
	case *types.Map:
		return holdsFunctionOf(t.Elem(), mentioned, depth+1)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for i := range tuple.Len() {
				if mentions(tuple.At(i).Type(), mentioned, 0) {
					return true
				}
			}
		}
	}
	return false
}

// mentions reports whether a type is a struct, or is made of it.
func mentions(t types.Type, mentioned types.Object, depth int) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj() == mentioned {
		return true
	}
	if depth > 8 {
		return false
	}
	switch t := types.Unalias(t).(type) {
	case *types.Slice:
		return mentions(t.Elem(), mentioned, depth+1)
	case *types.Array:
		return mentions(t.Elem(), mentioned, depth+1)
	case *types.Pointer:
		return mentions(t.Elem(), mentioned, depth+1)
	case *types.Map:
		return mentions(t.Key(), mentioned, depth+1) || mentions(t.Elem(), mentioned, depth+1)
	}
	return false
}
