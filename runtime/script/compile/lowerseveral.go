package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// severalTo has the values of a call of several become the interfaces that they
// go to, in an assignment, a return or another call: the interpreter leaves them
// as they are.
//
//	var e error
//	n, e = f()
//
// becomes, where f returns another type than error,
//
//	n, e = func() (int, error) { v0, v1 := f(); return v0, error(v1) }()
func (l *lowering) severalTo(value ast.Expr, target func(i int) types.Type) {
	tuple, ok := l.info.TypeOf(value).(*types.Tuple)
	if !ok {
		return
	}
	var names, results, converted []string
	isNeeded := false
	for i := range tuple.Len() {
		source, t := tuple.At(i).Type(), target(i)
		name := l.fresh()
		names = append(names, name)
		if t == nil || !types.IsInterface(t) || types.Identical(source, t) {
			results = append(results, l.typeText(types.Default(source)))
			converted = append(converted, name)
			continue
		}
		isNeeded = true
		results = append(results, l.typeText(t))
		converted = append(converted, "("+l.interfaceOf(name, source, t)+")")
	}
	if !isNeeded {
		return
	}
	l.edits.insertFirst(l.offset(value.Pos()), "func() ("+strings.Join(results, ", ")+") { "+strings.Join(names, ", ")+" := ")
	l.edits.insert(l.offset(value.End()), "; return "+strings.Join(converted, ", ")+" }()")
}

// interfaceOf returns a variable's value as an interface.
func (l *lowering) interfaceOf(variable string, source, target types.Type) string {
	switch {
	case !isEmptyInterface(target):
		return l.identity(types.Default(source), target) + "(" + variable + ")"
	case l.isBoxed(source):
		variable = l.boxer(source) + "(" + variable + ")"
	case l.isOwnInterface(source):
		variable = l.emptied(source) + "(" + variable + ")"
	}
	return l.prefix + "guard.Any(" + variable + ")"
}

// entriesFromOne has an assignment of one value of several put into entries of
// maps by way of variables: the interpreter puts nothing into them.
//
//	m[k], err = f()
//
// becomes
//
//	v0, v1 := f(); m[k], err = v0, v1
func (l *lowering) entriesFromOne(node *ast.AssignStmt) {
	if node.Tok != token.ASSIGN || len(node.Rhs) != 1 || len(node.Lhs) < 2 || !l.hasEntry(node.Lhs) {
		return
	}
	var taken, targets, values []string
	for _, target := range node.Lhs {
		if name, ok := target.(*ast.Ident); ok && name.Name == "_" {
			taken = append(taken, "_")
			continue
		}
		if index, isMap := l.mapEntry(target); isMap {
			l.mapInTuple(node, index)
		}
		value := l.fresh()
		taken = append(taken, value)
		targets = append(targets, l.textOf(target))
		if t := l.info.TypeOf(target); isEmptyInterface(t) {
			value = l.prefix + "guard.Any(" + value + ")"
		}
		values = append(values, "("+value+")")
	}
	text := strings.Join(taken, ", ") + " := " + l.textOf(node.Rhs[0]) + "; " + strings.Join(targets, ", ") + " = " + strings.Join(values, ", ")
	if !l.isInList() {
		text = "func() { " + text + " }()"
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), text)
}

func (l *lowering) hasEntry(targets []ast.Expr) bool {
	for _, target := range targets {
		if _, isMap := l.mapEntry(target); isMap {
			return true
		}
	}
	return false
}

// isInList reports whether the statement at hand is one of a list, rather than
// the part of another that is but one.
func (l *lowering) isInList() bool {
	switch l.parent().(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt:
		return true
	}
	return false
}
