package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// redefines turns a definition of several that defines some and assigns others
// into an assignment: the interpreter makes new variables of them all, or gives
// them their values before the others are taken. Closures that have captured the
// old ones would not see what is assigned, and an error would not be the result
// that has its name.
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
	assigns := false
	var declarations strings.Builder
	for _, target := range node.Lhs {
		name, ok := target.(*ast.Ident)
		if !ok || name.Name == "_" {
			continue
		}
		if known := l.info.Uses[name]; known != nil {
			assigns = true
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
	if !assigns {
		return false
	}
	l.edits.insertFirst(l.offset(node.Pos()), declarations.String())
	l.edits.replace(l.offset(node.TokPos), l.offset(node.TokPos)+2, "=")
	return true
}
