package compile

import (
	"fmt"
	"go/ast"
)

// trackVariable notes the site of the initialisation of a package variable that
// can panic, by a variable before it: they are initialised as they come.
func (l *lowering) trackVariable(node *ast.ValueSpec) {
	if len(l.stack) != 2 {
		return // in a function
	}
	for _, value := range node.Values {
		if site := l.noted[value]; site > 0 {
			l.edits.insertFirst(l.offset(l.parent().Pos()), fmt.Sprintf("var %s = %sguard.Mark(%d); ", l.fresh(), l.prefix, site))
		}
	}
}

// planVariable decides, before it is rewritten, whether the initialisation of a
// package variable notes its site.
func (l *lowering) planVariable(node *ast.ValueSpec) {
	if len(l.stack) != 3 {
		return
	}
	for _, value := range node.Values {
		risks := l.risks(value)
		if len(risks) == 0 {
			continue
		}
		if site := l.site(value.Pos()); site > 0 {
			l.noted[value] = site
			l.noteAgain(value, risks, site)
		}
	}
}
