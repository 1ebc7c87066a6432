package compile

import (
	"fmt"
	"go/ast"
	"go/types"
)

// The interpreter has no types of its own but structs: in an empty interface, a
// value of another named type is one of its underlying type.

// tellApart refuses a type switch that asks for two types that look the same.
func (l *lowering) tellApart(node *ast.TypeSwitchStmt, from types.Type) {
	if !isEmptyInterface(from) && !l.isHostInterface(from) {
		return
	}
	first := map[string]types.Type{}
	for _, clause := range node.Body.List {
		for _, wanted := range clause.(*ast.CaseClause).List {
			t := l.info.TypeOf(wanted)
			if l.info.Types[wanted].IsNil() || types.IsInterface(t) {
				continue
			}
			form := l.representation(t, 0)
			other, isTaken := first[form]
			if isTaken && !types.Identical(other, t) {
				l.refuse(wanted.Pos(), "services cannot tell %s from %s in an interface: make one of them a struct, such as struct{ Value %s }",
					l.shownType(t), l.shownType(other), l.shownType(t.Underlying()))
			}
			first[form] = t
		}
	}
}

func (l *lowering) shownType(t types.Type) string {
	return types.TypeString(t, func(pkg *types.Package) string {
		if pkg == l.pkg {
			return ""
		}
		return pkg.Name()
	})
}

// representation returns what the interpreter takes a type for.
func (l *lowering) representation(t types.Type, depth int) string {
	if named, ok := types.Unalias(t).(*types.Named); ok && (named.Obj().Pkg() != l.pkg || isStruct(named) || l.isBoxed(named) && depth == 0 || types.IsInterface(named) || depth > 10) {
		return l.shownType(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return "*" + l.representation(u.Elem(), depth+1)
	case *types.Slice:
		return "[]" + l.representation(u.Elem(), depth+1)
	case *types.Array:
		return fmt.Sprintf("[%d]%s", u.Len(), l.representation(u.Elem(), depth+1))
	case *types.Map:
		return "map[" + l.representation(u.Key(), depth+1) + "]" + l.representation(u.Elem(), depth+1)
	default:
		return l.shownType(u)
	}
}
