package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// What the interpreter gets wrong about the clauses of a switch, whatever it is
// over: it evaluates the value before the statement in front of it, of the
// values of a clause the first alone where they are computed, and swaps the
// default clause with the last one.

// switching is a switch as it is to be written.
type switching struct {
	node    ast.Stmt
	init    ast.Stmt
	body    *ast.BlockStmt
	binding string   // declares what the clauses compare, or ""
	tag     string   // what the clauses are compared with, or ""
	heads   []string // what each clause compares; "" for default
	changed bool     // the heads are not those of the source
}

// switchStatement lowers a switch that is none over types.
func (l *lowering) switchStatement(node *ast.SwitchStmt) {
	s := &switching{node: node, init: node.Init, body: node.Body}
	var compare func(value string, compared ast.Expr) string
	if node.Tag != nil {
		s.tag = l.textOf(node.Tag)
		switch {
		case types.IsInterface(l.info.TypeOf(node.Tag)):
			compare = l.comparingInterface(l.info.TypeOf(node.Tag))
		case l.computesSeveral(node):
			compare = l.comparing
		}
	}
	if compare != nil {
		value := l.fresh()
		s.binding, s.tag = fmt.Sprintf("%s := %s; ", value, s.tag), ""
		for _, clause := range node.Body.List {
			var conditions []string
			for _, compared := range clause.(*ast.CaseClause).List {
				conditions = append(conditions, compare(value, compared))
			}
			s.heads = append(s.heads, strings.Join(conditions, " || "))
		}
		s.changed = true
	} else {
		for _, clause := range node.Body.List {
			var values []string
			for _, compared := range clause.(*ast.CaseClause).List {
				values = append(values, l.textOf(compared))
			}
			if node.Tag == nil && len(values) > 1 {
				s.heads = append(s.heads, "("+strings.Join(values, ") || (")+")")
				s.changed = true
			} else {
				s.heads = append(s.heads, strings.Join(values, ", "))
			}
		}
	}
	l.writeSwitch(s)
}

// computesSeveral reports whether a clause of a switch has several values some
// of which are computed.
func (l *lowering) computesSeveral(node *ast.SwitchStmt) bool {
	for _, clause := range node.Body.List {
		list := clause.(*ast.CaseClause).List
		for _, value := range list {
			if len(list) > 1 && !l.isAtHand(value) {
				return true
			}
		}
	}
	return false
}

// comparing returns a condition that two values are equal.
func (l *lowering) comparing(value string, compared ast.Expr) string {
	if types.IsInterface(l.info.TypeOf(compared)) {
		return fmt.Sprintf("%sguard.Equal(%s, %s)", l.prefix, value, l.textOf(compared))
	}
	return fmt.Sprintf("%s == (%s)", value, l.textOf(compared))
}

// writeSwitch writes a switch so that the interpreter gets it right:
//
//	switch init; tag { case a: … }
//
// becomes, where the default clause is the last or there is none,
//
//	{ init; switch tag { case a: … } }
//
// and otherwise, so that there is none and clauses keep their order,
//
//	{ init; chosen := 1; switch tag { case a: chosen = 0; case b: chosen = 2 }
//	switch chosen { case 0: …; case 1: …; case 2: … } }
func (l *lowering) writeSwitch(s *switching) {
	middle := -1
	for i, head := range s.heads {
		if head == "" && i < len(s.heads)-1 {
			middle = i
		}
	}
	_, isName := ast.Unparen(tagOf(s.node)).(*ast.Ident)
	isInitApart := s.init != nil && (s.binding != "" || s.tag != "" && !isName)
	if middle < 0 && !isInitApart && !s.changed {
		return
	}
	if middle < 0 && s.binding == "" && !isInitApart {
		l.writeHeads(s)
		return
	}
	label, isMoved := "", true
	opening, closing := "", ""
	if middle >= 0 || isInitApart {
		label, isMoved = l.takeLabel(s.node)
		opening, closing = "{ ", " }"
		if s.init != nil {
			opening += l.textOf(s.init) + "; "
		}
	}
	if !isMoved {
		return
	}
	if middle >= 0 {
		opening += l.choice(s, middle)
		opening += label + "switch " + s.tag + " {"
	} else {
		opening += label + "switch " + s.binding + s.tag + " {"
	}
	if s.changed {
		l.writeHeads(s)
	}
	start, end := l.offset(s.node.Pos()), l.offset(s.body.Lbrace)+1
	l.edits.replaceBetween(start, end, opening+missingLines(string(l.edits.text[start:end]), opening))
	l.edits.insert(l.offset(s.node.End()), closing)
}

// choice returns statements that choose a clause, and has the switch be one
// over which was chosen.
func (l *lowering) choice(s *switching, otherwise int) string {
	chosen := l.fresh()
	var text strings.Builder
	fmt.Fprintf(&text, "%s%s := %d; switch %s {", s.binding, chosen, otherwise, s.tag)
	for i, head := range s.heads {
		if i != otherwise {
			fmt.Fprintf(&text, " case %s: %s = %d;", head, chosen, i)
		}
	}
	text.WriteString(" }; ")
	for i := range s.heads {
		s.heads[i] = fmt.Sprint(i)
	}
	s.tag, s.changed = chosen, true
	return text.String()
}

// writeHeads writes what the clauses compare.
func (l *lowering) writeHeads(s *switching) {
	for i, statement := range s.body.List {
		clause := statement.(*ast.CaseClause)
		if s.heads[i] == "" {
			continue
		}
		if clause.List == nil {
			l.edits.replaceBetween(l.offset(clause.Case), l.offset(clause.Colon), "case "+s.heads[i])
			continue
		}
		start, end := l.offset(clause.List[0].Pos()), l.offset(clause.List[len(clause.List)-1].End())
		l.edits.replace(start, end, s.heads[i]+missingLines(string(l.edits.text[start:end]), s.heads[i]))
	}
}

// tagOf returns what a switch is over, or nil where it is over nothing or types.
func tagOf(node ast.Stmt) ast.Expr {
	if node, ok := node.(*ast.SwitchStmt); ok {
		return node.Tag
	}
	return nil
}

// takeLabel takes the label away from a statement that gets a block around it,
// and returns it for the statement in the block.
func (l *lowering) takeLabel(node ast.Stmt) (label string, isTaken bool) {
	labelled, ok := l.parent().(*ast.LabeledStmt)
	if !ok {
		return "", true
	}
	if l.isGoneTo(labelled) {
		l.refuse(labelled.Pos(), "services cannot go to the label of a range over channels, of a select, or of a switch that has a statement before its value or a default clause before others: put the label on a statement before it")
		return "", false
	}
	start, end := l.offset(labelled.Pos()), l.offset(node.Pos())
	l.edits.replaceBetween(start, end, lines(string(l.edits.text[start:end])))
	return labelled.Label.Name + ": ", true
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
