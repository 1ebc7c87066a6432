package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// redeclared has a definition assign to the variables that are there already:
//
//	a, b := x, y
//
// becomes, where a is one of them,
//
//	a1, b := x, y; a = a1
//
// The interpreter would make another a, which closures and pointers do not know
// of, and give it its value before y is taken. In a function that defers, whose
// body is a function of its own, it would take a parameter or result for new.
func (l *lowering) redeclared(node *ast.AssignStmt) {
	if node.Tok != token.DEFINE {
		return
	}
	var after strings.Builder
	for i, target := range node.Lhs {
		name := target.(*ast.Ident)
		variable := l.info.Uses[name]
		if variable == nil || len(node.Rhs) == 1 && !l.isLost(variable, l.valueType(node, i)) {
			continue
		}
		taken := l.fresh()
		l.edits.replace(l.offset(name.Pos()), l.offset(name.End()), taken)
		value := taken
		if source := l.valueType(node, i); len(node.Rhs) > 1 && !types.IsInterface(variable.Type()) {
			l.typed(node.Rhs[i], variable.Type())
		} else if isNil(source) {
			l.edits.replace(l.offset(node.Rhs[i].Pos()), l.offset(node.Rhs[i].End()), l.typedNil(variable.Type()))
		} else if !types.Identical(source, variable.Type()) {
			value = l.interfaceOf(taken, source, variable.Type())
		}
		after.WriteString("; " + name.Name + " = " + value)
	}
	l.edits.insert(l.offset(node.End()), after.String())
}

// valueType returns the type of what a definition gives its i-th variable.
func (l *lowering) valueType(node *ast.AssignStmt, i int) types.Type {
	if len(node.Rhs) > 1 {
		return l.info.TypeOf(node.Rhs[i])
	}
	if tuple, ok := l.info.TypeOf(node.Rhs[0]).(*types.Tuple); ok {
		return tuple.At(i).Type()
	}
	return l.info.TypeOf(node.Rhs[0])
}

// isLost reports whether the interpreter would not find the variable that a
// call, which gives it a value of a type, is to assign to.
func (l *lowering) isLost(variable types.Object, value types.Type) bool {
	function, signature := l.enclosing()
	isParam := signature.Recv() == variable
	for _, tuple := range []*types.Tuple{signature.Params(), signature.Results()} {
		for param := range tuple.Variables() {
			isParam = isParam || param == variable
		}
	}
	return isParam && defers(function) || !types.Identical(value, variable.Type())
}

// typed has a constant or nil be of a type.
func (l *lowering) typed(value ast.Expr, t types.Type) {
	switch {
	case l.info.Types[value].IsNil():
		l.edits.replace(l.offset(value.Pos()), l.offset(value.End()), l.typedNil(t))
	case l.info.Types[value].Value != nil:
		l.wrap(value, parenthesized(l.typeText(t)))
	}
}

// interfaceOf returns a variable's value as an interface.
func (l *lowering) interfaceOf(variable string, source, target types.Type) string {
	if isEmptyInterface(target) {
		return l.prefix + "guard.Any(" + variable + ")"
	}
	return l.identity(types.Default(source), target) + "(" + variable + ")"
}

func isNil(t types.Type) bool {
	basic, ok := t.(*types.Basic)
	return ok && basic.Kind() == types.UntypedNil
}
