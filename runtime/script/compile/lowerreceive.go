package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// channelElem returns the type of what goes through a channel.
func channelElem(t types.Type) types.Type { return t.Underlying().(*types.Chan).Elem() }

// receivedValue makes a variable of a struct or an array that comes from a channel:
// the interpreter could not assign to its parts.
func (l *lowering) receivedValue(node *ast.UnaryExpr) {
	if node.Op != token.ARROW || l.isOfSelect(node) {
		return
	}
	t := l.info.TypeOf(node)
	if tuple, isPair := t.(*types.Tuple); isPair {
		t = tuple.At(0).Type()
		if l.isAliased(t, false) {
			l.byCall(node, tuple)
		}
		return
	}
	if l.isAliased(t, false) {
		l.wrap(node, "*"+l.copier(t))
	}
}

// isOfSelect reports whether the node at hand is what a case of a select does.
func (l *lowering) isOfSelect(node ast.Node) bool {
	for _, outer := range slices.Backward(l.stack) {
		switch outer := outer.(type) {
		case *ast.CommClause:
			return outer.Comm != nil && outer.Comm.Pos() <= node.Pos() && node.End() <= outer.Comm.End()
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		}
	}
	return false
}
