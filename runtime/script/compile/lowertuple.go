package compile

import (
	"go/ast"
)

// Several values in one statement. To save a copy, the interpreter computes the
// result of a call, a builtin or an operator straight into the place that it is
// meant for: before the other values are taken, which may be in that place, and
// for a builtin that is returned into the place of the first result. In
// parentheses, an expression has a place of its own.

// returnedTogether keeps the results of a return of several apart.
func (l *lowering) returnedTogether(node *ast.ReturnStmt) {
	if len(node.Results) < 2 {
		return
	}
	l.apart(node.Results)
}

// apart puts values that are computed into parentheses.
func (l *lowering) apart(values []ast.Expr) {
	for _, value := range values {
		isComputed := !l.isAtHand(value)
		switch value.(type) {
		case *ast.CallExpr:
			isComputed = true // len of an array, too, which is a constant
		case *ast.FuncLit:
			isComputed = false // it has a place of its own
		}
		if isComputed {
			l.wrap(value, "")
		}
	}
}
