package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// Named results become variables of the function's own:
//
//	func f() (n int, err error) { …; return }
//
// becomes
//
//	func f() (int, error) { var n int; var err error; …; return n, err }
//
// The interpreter's are the very places that the caller has the results put
// into: they begin with what an earlier call left there, and closures of several
// calls share them.

// resultNames returns the names of the variables that are the results of a
// function, or none where it needs none. Functions that defer need them: what
// is deferred may end a panic, and then they are what the function returns.
func (l *lowering) resultNames(function ast.Node, signature *types.Signature) []string {
	if names, isKnown := l.returns[function]; isKnown {
		return names
	}
	var names []string
	if l.needsResults(function, signature) {
		for result := range signature.Results().Variables() {
			name := result.Name()
			if name == "" || name == "_" {
				name = l.fresh()
			}
			names = append(names, name)
		}
	}
	l.returns[function] = names
	return names
}

func (l *lowering) needsResults(function ast.Node, signature *types.Signature) bool {
	if signature.Results().Len() == 0 {
		return false
	}
	if defers(function) {
		return true
	}
	if signature.Results().At(0).Name() == "" {
		return false
	}
	for result := range signature.Results().Variables() {
		if l.uses.isUsed[result] {
			return true
		}
	}
	isNeeded := false
	inspectBody(bodyOf(function), func(node ast.Node) {
		if result, ok := node.(*ast.ReturnStmt); ok && len(result.Results) == 0 {
			isNeeded = true
		}
	})
	return isNeeded
}

// bareReturn has a return without values return the named results.
func (l *lowering) bareReturn(node *ast.ReturnStmt) {
	function, signature := l.enclosing()
	if len(node.Results) > 0 || defers(function) {
		return
	}
	if names := l.resultNames(function, signature); len(names) > 0 {
		l.edits.insert(l.offset(node.End()), " "+strings.Join(names, ", "))
	}
}

// ownResults declares the variables for the results of a function, and takes
// their names from its signature.
func (l *lowering) ownResults(function ast.Node, t *ast.FuncType, signature *types.Signature) {
	names := l.resultNames(function, signature)
	if len(names) == 0 {
		return
	}
	var declared strings.Builder
	var list []string
	for _, field := range t.Results.List {
		text := l.textOf(field.Type)
		for range max(1, len(field.Names)) {
			fmt.Fprintf(&declared, " var %s %s; ", names[len(list)], text)
			list = append(list, text)
		}
	}
	text := "(" + strings.Join(list, ", ") + ")"
	start, end := l.offset(t.Results.Pos()), l.offset(t.Results.End())
	l.edits.replaceBetween(start, end, text+missingLines(string(l.edits.text[start:end]), text))
	l.edits.insertFirst(l.offset(bodyOf(function).Lbrace)+1, declared.String())
}

func bodyOf(function ast.Node) *ast.BlockStmt {
	switch function := function.(type) {
	case *ast.FuncDecl:
		return function.Body
	case *ast.FuncLit:
		return function.Body
	}
	return nil
}
