package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// exits are the labels that break and continue of a labelled loop become: the
// interpreter loses the loop's label in a select.
type exits struct {
	after, next string
}

// branch turns a break or continue with the label of a loop that has a select
// into a goto.
func (l *lowering) branch(node *ast.BranchStmt) {
	if node.Label == nil || node.Tok == token.GOTO {
		return
	}
	label := l.info.Uses[node.Label]
	labelled := l.labelled(label)
	if labelled == nil || !hasSelect(labelled.Stmt) {
		return
	}
	known := l.exits[label]
	if known == nil {
		known = &exits{}
		l.exits[label] = known
	}
	target := &known.after
	if node.Tok == token.CONTINUE {
		target = &known.next
	}
	if *target == "" {
		*target = l.fresh()
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), "goto "+*target)
}

func (l *lowering) labelled(label types.Object) *ast.LabeledStmt {
	for _, node := range slices.Backward(l.stack) {
		if labelled, ok := node.(*ast.LabeledStmt); ok && l.info.Defs[labelled.Label] == label {
			return labelled
		}
	}
	return nil
}

func hasSelect(node ast.Node) bool {
	found := false
	inspectBody(node, func(inner ast.Node) {
		if _, ok := inner.(*ast.SelectStmt); ok {
			found = true
		}
	})
	return found
}

// exitLabels puts the labels where the gotos of branch lead.
func (l *lowering) exitLabels(node *ast.LabeledStmt) {
	known := l.exits[l.info.Defs[node.Label]]
	if known == nil {
		return
	}
	if known.after != "" {
		l.edits.insert(l.offset(node.End()), "; "+known.after+": {}")
	}
	if known.next == "" {
		return
	}
	switch loop := node.Stmt.(type) {
	case *ast.ForStmt:
		l.edits.insert(l.offset(loop.Body.Rbrace), "; "+known.next+": {}; ")
	case *ast.RangeStmt:
		l.edits.insert(l.offset(loop.Body.Rbrace), "; "+known.next+": {}; ")
	}
}

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
