package compile

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Several values in one statement. To save a copy, the interpreter computes the
// result of a call, a builtin or an operator straight into the place that it is
// meant for: before the other values are taken, which may be in that place, and
// for a builtin that is returned into the place of the first result. In
// parentheses, an expression has a place of its own.

// assignedTogether keeps the values of an assignment of several apart.
func (l *lowering) assignedTogether(node *ast.AssignStmt) {
	if node.Tok == token.ASSIGN && len(node.Rhs) > 1 {
		l.apart(node.Rhs)
	}
}

// returnedTogether keeps the results of a return of several apart.
func (l *lowering) returnedTogether(node *ast.ReturnStmt) {
	if len(node.Results) < 2 {
		return
	}
	_, signature := l.enclosing()
	for i, value := range node.Results {
		// The results before it have their values by now.
		if at := resultAt(signature, l.rootOf(value)); at >= 0 && at < i {
			t := l.info.TypeOf(value)
			l.wrap(value, l.identity(t, t))
		}
	}
	l.apart(node.Results)
}

// resultAt returns the index of a variable among the results of a signature, or
// -1 where it is none of them.
func resultAt(signature *types.Signature, variable types.Object) int {
	for i := range signature.Results().Len() {
		if signature.Results().At(i) == variable {
			return i
		}
	}
	return -1
}

// rootOf returns the variable that a place is in, or nil where it is in none.
func (l *lowering) rootOf(place ast.Expr) types.Object {
	for {
		switch node := place.(type) {
		case *ast.ParenExpr:
			place = node.X
		case *ast.SelectorExpr:
			place = node.X
		case *ast.IndexExpr:
			place = node.X
		case *ast.Ident:
			return l.info.Uses[node]
		default:
			return nil
		}
	}
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
