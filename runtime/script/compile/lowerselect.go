package compile

import (
	"fmt"
	"go/ast"
	"strings"
)

// selectSends takes what a select sends to variables before it: the interpreter
// does not evaluate it in the case, and would send what its place held before.
//
//	select { case c <- f(): … }
//
// becomes
//
//	{ c0, v0 := c, f(); select { case c0 <- v0: … } }
//
// Go, too, evaluates channels and values once, before it selects.
func (l *lowering) selectSends(node *ast.SelectStmt) {
	var before strings.Builder
	for _, clause := range node.Body.List {
		send, ok := clause.(*ast.CommClause).Comm.(*ast.SendStmt)
		if !ok || l.isAtHand(send.Chan) && l.isAtHand(send.Value) {
			continue
		}
		channel, value := l.fresh(), l.fresh()
		elem := channelElem(l.info.TypeOf(send.Chan))
		fmt.Fprintf(&before, "%s := %s; var %s %s = %s; ", channel, l.textOf(send.Chan), value, l.typeText(elem), l.textOf(send.Value))
		l.edits.replace(l.offset(send.Pos()), l.offset(send.End()), channel+" <- "+value+lines(l.textOf(send)))
	}
	if before.Len() == 0 {
		return
	}
	if _, isLabelled := l.parent().(*ast.LabeledStmt); isLabelled {
		l.refuse(node.Pos(), "services cannot label a select that sends the value of an expression: take the value to a variable before the label")
		return
	}
	l.edits.insertFirst(l.offset(node.Pos()), "{ "+before.String())
	l.edits.insert(l.offset(node.End()), " }")
}

// isAtHand reports whether an expression needs no evaluation: a constant, or a
// variable that nothing has been put around.
func (l *lowering) isAtHand(operand ast.Expr) bool {
	name, isName := operand.(*ast.Ident)
	return isName && l.textOf(operand) == name.Name || l.info.Types[operand].Value != nil || l.info.Types[operand].IsNil()
}
