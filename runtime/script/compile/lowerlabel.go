package compile

import (
	"go/ast"
	"go/token"
	"slices"
)

// labelledBody makes a block of the statements of a clause with labels among
// them: the interpreter looks for labels in blocks alone.
func (l *lowering) labelledBody(colon token.Pos, body []ast.Stmt) {
	if !slices.ContainsFunc(body, isLabelled) {
		return
	}
	last := len(body) - 1
	if branch, ok := body[last].(*ast.BranchStmt); ok && branch.Tok == token.FALLTHROUGH {
		last--
	}
	l.edits.insertFirst(l.offset(colon)+1, " {")
	l.edits.insert(l.offset(body[last].End()), " }")
}

func isLabelled(statement ast.Stmt) bool {
	_, ok := statement.(*ast.LabeledStmt)
	return ok
}
