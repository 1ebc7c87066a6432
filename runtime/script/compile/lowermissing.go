package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// Where a map has no entry, or an assertion fails, the variable that takes the
// value of two gets the zero one. The interpreter leaves it as it is, which in
// a loop is as the last round left it.
//
//	v, ok := m[k]
//
// becomes
//
//	v, ok := m[k]; if !ok { v = 0 }

// missing is for an assignment or definition of two by one.
func (l *lowering) missing(node *ast.AssignStmt) {
	tuple, ok := l.leaves(node.Rhs[0])
	if !ok || isBlank(node.Lhs[0]) || isApart(l.textOf(node.Rhs[0])) {
		return
	}
	value, isName := node.Lhs[0].(*ast.Ident)
	found, isFoundName := node.Lhs[1].(*ast.Ident)
	if !isName || !isFoundName || !l.isInList() || value.Name == found.Name {
		if !l.isUnreadIfMissing(node) {
			l.byCall(node.Rhs[0], tuple)
		}
		return
	}
	zero, ok := l.zeroText(l.info.TypeOf(value))
	if !ok || l.info.TypeOf(found) != nil && !types.Identical(l.info.TypeOf(found), types.Typ[types.Bool]) && found.Name != "_" {
		l.byCall(node.Rhs[0], tuple)
		return
	}
	name := found.Name
	if name == "_" {
		if node.Tok == token.ASSIGN {
			l.byCall(node.Rhs[0], tuple)
			return
		}
		name = l.fresh()
		l.edits.replace(l.offset(found.Pos()), l.offset(found.End()), name)
	}
	l.edits.insert(l.offset(node.End()), "; if !"+name+" { "+value.Name+" = "+zero+" }")
}

// leaves reports whether an expression gives a value and whether there is one,
// and leaves what takes the value as it is where there is none.
func (l *lowering) leaves(value ast.Expr) (*types.Tuple, bool) {
	tuple, ok := l.info.TypeOf(value).(*types.Tuple)
	if !ok {
		return nil, false
	}
	switch value := ast.Unparen(value).(type) {
	case *ast.IndexExpr:
		return tuple, true
	case *ast.TypeAssertExpr:
		wanted := l.info.TypeOf(value.Type)
		isCall := isFound(wanted) || isEmptyInterface(wanted) && !isEmptyInterface(l.info.TypeOf(value.X)) && !l.isHostInterface(l.info.TypeOf(value.X))
		return tuple, !isCall
	}
	return nil, false
}

// isUnreadIfMissing reports whether a definition is the first part of an if that
// reads the value only where there is one.
func (l *lowering) isUnreadIfMissing(node *ast.AssignStmt) bool {
	statement, ok := l.parent().(*ast.IfStmt)
	if !ok || statement.Init != node || node.Tok != token.DEFINE {
		return false
	}
	value, isValue := node.Lhs[0].(*ast.Ident)
	found, isName := node.Lhs[1].(*ast.Ident)
	if !isValue || !isName || l.info.Defs[value] == nil || l.info.Defs[found] == nil || l.uses.assigned[l.info.Defs[found]] {
		return false
	}
	first := func(condition ast.Expr, operator token.Token) ast.Expr {
		for {
			binary, ok := ast.Unparen(condition).(*ast.BinaryExpr)
			if !ok || binary.Op != operator {
				return ast.Unparen(condition)
			}
			condition = binary.X
		}
	}
	isFoundName := func(e ast.Expr) bool {
		name, ok := ast.Unparen(e).(*ast.Ident)
		return ok && l.info.Uses[name] == l.info.Defs[found]
	}
	if isFoundName(first(statement.Cond, token.LAND)) {
		return statement.Else == nil || !l.reads(statement.Else, l.info.Defs[value])
	}
	if not, ok := first(statement.Cond, token.LOR).(*ast.UnaryExpr); ok && not.Op == token.NOT && isFoundName(not.X) {
		return !l.reads(statement.Body, l.info.Defs[value])
	}
	return false
}

// reads reports whether a statement uses a variable.
func (l *lowering) reads(node ast.Node, variable types.Object) bool {
	found := false
	ast.Inspect(node, func(inner ast.Node) bool {
		if name, ok := inner.(*ast.Ident); ok && l.info.Uses[name] == variable {
			found = true
		}
		return !found
	})
	return found
}

// zeroText returns the zero value of a type as it is assigned to a variable.
func (l *lowering) zeroText(t types.Type) (string, bool) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false", true
		case u.Info()&types.IsString != 0:
			return `""`, true
		case u.Info()&types.IsNumeric != 0:
			return "0", true
		}
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return "nil", true
	}
	return "", false // structs and arrays
}

// isApart reports whether what was an expression is the call of a function that
// has been put around it.
func isApart(text string) bool { return strings.HasPrefix(text, "func() (") }
