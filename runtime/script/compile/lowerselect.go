package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// selectStatement has a select choose, and a switch do what the chosen case
// holds: break, continue and goto in a case of a select lead the interpreter
// astray.
//
//	select { case c() <- f(): …; case m[k] = <-cs[i]: …; default: … }
//
// becomes
//
//	{ c0 := c(); var v0 int = f(); c1 := cs[i]; var v1 string; chosen := 0
//	select { case c0 <- v0: chosen = 0; case r1 := <-c1: v1 = r1; chosen = 1; default: chosen = 2 }
//	switch chosen { case 0: …; case 1: m[k] = v1; …; case 2: … } }
//
// Go, too, evaluates channels and values once, before it selects; the interpreter
// would take what their places held before.
func (l *lowering) selectStatement(node *ast.SelectStmt) {
	if len(node.Body.List) == 0 {
		return
	}
	label, isTaken := l.takeLabel(node)
	if !isTaken {
		return
	}
	chosen := l.fresh()
	var before, cases strings.Builder
	for i, statement := range node.Body.List {
		clause := statement.(*ast.CommClause)
		operation := "default"
		var after string
		switch comm := clause.Comm.(type) {
		case *ast.SendStmt:
			channel, value := l.fresh(), l.fresh()
			elem := channelElem(l.info.TypeOf(comm.Chan))
			fmt.Fprintf(&before, "%s := %s; var %s %s = %s; ", channel, l.textOf(comm.Chan), value, l.typeText(elem), l.textOf(comm.Value))
			operation = "case " + channel + " <- " + value
		case *ast.ExprStmt:
			operation = "case <-" + l.selectedChannel(&before, comm.X)
		case *ast.AssignStmt:
			operation, after = l.received(&before, clause, comm)
		}
		fmt.Fprintf(&cases, "%s: %s%s = %d; ", operation, after, chosen, i)
		start, end := l.offset(clause.Case), l.offset(clause.Colon)
		l.edits.replace(start, end, fmt.Sprintf("case %d", i)+lines(string(l.edits.text[start:end])))
	}
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	opening := fmt.Sprintf("{ %s%s := 0; select { %s}; %sswitch %s {", before.String(), chosen, cases.String(), label, chosen)
	l.edits.replaceBetween(start, end, opening+missingLines(string(l.edits.text[start:end]), opening))
	l.edits.insert(l.offset(node.End()), " }")
}

// received has a case receive into variables before the select, and assigns
// those to the targets of the case, or defines the targets by them, where its
// body begins. It returns the operation of the case and what follows it.
func (l *lowering) received(before *strings.Builder, clause *ast.CommClause, comm *ast.AssignStmt) (operation, after string) {
	channel := l.selectedChannel(before, comm.Rhs[0])
	element := channelElem(l.info.TypeOf(ast.Unparen(comm.Rhs[0]).(*ast.UnaryExpr).X))
	var results []string
	var body strings.Builder
	isUsed := false
	for i, target := range comm.Lhs {
		if name, ok := target.(*ast.Ident); ok && name.Name == "_" {
			results = append(results, "_")
			continue
		}
		isUsed = true
		result, variable, source := l.fresh(), l.fresh(), element
		if i == 1 {
			source = types.Typ[types.Bool]
		}
		results = append(results, result)
		fmt.Fprintf(before, "var %s %s; ", variable, l.typeText(source))
		after += variable + " = " + result + "; "
		value := variable
		switch t := l.info.TypeOf(target); {
		case comm.Tok == token.DEFINE:
		case types.IsInterface(t) && !types.Identical(source, t):
			value = l.interfaceOf(variable, source, t)
		case l.isAliased(source, false):
			value = "*" + l.copier(source) + "(" + variable + ")"
		}
		fmt.Fprintf(&body, " %s %s %s;", l.textOf(target), comm.Tok, value)
	}
	if !isUsed {
		return "case <-" + channel, ""
	}
	l.edits.insertFirst(l.offset(clause.Colon)+1, body.String())
	return "case " + strings.Join(results, ", ") + " " + token.DEFINE.String() + " <-" + channel, after
}

// selectedChannel takes what a case receives from to a variable.
func (l *lowering) selectedChannel(before *strings.Builder, received ast.Expr) string {
	channel := l.fresh()
	fmt.Fprintf(before, "%s := %s; ", channel, l.textOf(ast.Unparen(received).(*ast.UnaryExpr).X))
	return channel
}

// isAtHand reports whether an expression needs no evaluation: a constant, or a
// variable that nothing has been put around.
func (l *lowering) isAtHand(operand ast.Expr) bool {
	name, isName := operand.(*ast.Ident)
	return isName && l.textOf(operand) == name.Name || l.info.Types[operand].Value != nil || l.info.Types[operand].IsNil()
}
