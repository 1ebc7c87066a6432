package compile

import (
	"fmt"
	"go/ast"
	"go/types"
)

// A variable that is defined in a loop is another one each time. To the
// interpreter it is not where it is defined by a literal, or as one of the two
// that a map, a channel or an assertion gives: closures that have captured it,
// and pointers to it, would see what comes later. Defined by a call, it is.

// defines gives captured variables values that make others of them.
func (l *lowering) defines(names []ast.Expr, values []ast.Expr) {
	if len(values) == 1 && len(names) == 2 {
		if tuple, ok := l.info.TypeOf(values[0]).(*types.Tuple); ok && l.isAnyCaptured(names) {
			l.byCall(values[0], tuple)
		}
		return
	}
	for i, value := range values {
		if _, isLiteral := value.(*ast.CompositeLit); isLiteral && len(values) == 1 && l.isAnyCaptured(names[i:i+1]) {
			l.wrap(value, "")
		}
	}
}

// byCall has an expression that gives a value and whether there is one give them
// as a call.
func (l *lowering) byCall(value ast.Expr, tuple *types.Tuple) {
	if _, isCall := ast.Unparen(value).(*ast.CallExpr); isCall || !l.isReachable(tuple.At(0).Type()) || isApart(l.textOf(value)) {
		return
	}
	first, second := l.fresh(), l.fresh()
	l.edits.insertFirst(l.offset(value.Pos()), fmt.Sprintf("func() (%s, bool) { %s, %s := ", l.typeText(tuple.At(0).Type()), first, second))
	l.edits.insert(l.offset(value.End()), fmt.Sprintf("; return %s, %s }()", first, second))
}

func (l *lowering) isAnyCaptured(names []ast.Expr) bool {
	for _, name := range names {
		if ident, ok := name.(*ast.Ident); ok && l.info.Defs[ident] != nil && l.uses.captured[l.info.Defs[ident]] {
			return true
		}
	}
	return false
}
