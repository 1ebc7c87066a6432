package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// redefines turns a definition of several that defines some and assigns others
// into an assignment, where it matters: the interpreter makes new variables of
// them all. Closures that have captured the old ones would not see what is
// assigned, and an error would not be the result that has its name.
//
//	x, err := f()
//
// becomes
//
//	var x T; x, err = f()
//
// It reports whether it did.
func (l *lowering) redefines(node *ast.AssignStmt) bool {
	if node.Tok != token.DEFINE || len(node.Lhs) < 2 {
		return false
	}
	matters := false
	var declarations strings.Builder
	for _, target := range node.Lhs {
		name, ok := target.(*ast.Ident)
		if !ok || name.Name == "_" {
			continue
		}
		if known := l.info.Uses[name]; known != nil {
			matters = matters || l.uses.captured[known] || l.isParameter(known)
			continue
		}
		defined := l.info.Defs[name]
		if defined == nil {
			continue
		}
		t := defined.Type()
		if !l.isReachable(t) {
			return false
		}
		if l.isNameable(baseOf(t)) {
			fmt.Fprintf(&declarations, "%s := %s; ", name.Name, l.zero(t))
		} else {
			fmt.Fprintf(&declarations, "var %s %s; ", name.Name, l.typeText(t))
		}
	}
	if !matters {
		return false
	}
	l.edits.insertFirst(l.offset(node.Pos()), declarations.String())
	l.edits.replace(l.offset(node.TokPos), l.offset(node.TokPos)+2, "=")
	return true
}

// isParameter reports whether a variable is a parameter or a result of the
// function around the node at hand: its body is a scope of its own to the
// interpreter.
func (l *lowering) isParameter(variable types.Object) bool {
	_, signature := l.enclosing()
	if signature == nil {
		return false
	}
	for _, tuple := range []*types.Tuple{signature.Params(), signature.Results()} {
		for each := range tuple.Variables() {
			if each == variable {
				return true
			}
		}
	}
	return signature.Recv() == variable
}
