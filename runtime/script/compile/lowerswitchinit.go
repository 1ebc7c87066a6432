package compile

import (
	"go/ast"
	"go/token"
	"strings"
)

// switchInit takes the statement before the value of a switch out of it: the
// interpreter evaluates a value that is more than a name before that.
//
//	switch s := f(); len(s) { … }
//
// becomes
//
//	{ s := f(); switch len(s) { … } }
func (l *lowering) switchInit(node *ast.SwitchStmt) {
	if node.Init == nil || node.Tag == nil {
		return
	}
	if _, isName := node.Tag.(*ast.Ident); isName && l.isAtHand(node.Tag) {
		return
	}
	before, isMoved := l.initBefore(node, node.Init)
	if !isMoved {
		return
	}
	start, end := l.offset(node.Pos()), l.offset(node.Tag.Pos())
	header := before + "switch "
	l.edits.replaceBetween(start, end, header+missingLines(string(l.edits.text[start:end]), header))
	l.edits.insert(l.offset(node.End()), " }")
}

// initBefore returns the beginning of a block around a switch: the statement
// that is to be before it and, where it is labelled, its label, which moves into
// the block.
func (l *lowering) initBefore(node, init ast.Stmt) (text string, isMoved bool) {
	text = "{ " + l.textOf(init) + "; "
	labelled, ok := l.parent().(*ast.LabeledStmt)
	if !ok {
		return text, true
	}
	if l.isGoneTo(labelled) {
		l.refuse(labelled.Pos(), "services cannot go to the label of a switch that has a statement before its value: put that before the switch, after the label")
		return "", false
	}
	start, end := l.offset(labelled.Pos()), l.offset(node.Pos())
	l.edits.replaceBetween(start, end, lines(string(l.edits.text[start:end])))
	return text + labelled.Label.Name + ": ", true
}

// isGoneTo reports whether a goto leads to a label.
func (l *lowering) isGoneTo(labelled *ast.LabeledStmt) bool {
	function, _ := l.enclosing()
	found := false
	ast.Inspect(function, func(node ast.Node) bool {
		if branch, ok := node.(*ast.BranchStmt); ok && branch.Tok == token.GOTO && l.info.Uses[branch.Label] == l.info.Defs[labelled.Label] {
			found = true
		}
		return !found
	})
	return found
}

// missingLines returns the line breaks that a text has and what takes its place
// has not.
func missingLines(text, replacement string) string {
	return strings.Repeat("\n", max(0, strings.Count(text, "\n")-strings.Count(replacement, "\n")))
}
