package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// To the interpreter, a named result is the very variable that the caller
// assigns the result to, with the value that it had before. So
//
//	func f() (n int, err error) { …; return }
//
// becomes
//
//	func f() (int, error) { var n int; var err error; …; return n, err }

// resultNames returns the names of a function's results, or nil where they have
// none. One that is not to be used gets another name.
func (l *lowering) resultNames(function ast.Node) []string {
	results := functionType(function).Results
	if results == nil || len(results.List[0].Names) == 0 {
		return nil
	}
	if names := l.results[function]; names != nil {
		return names
	}
	var names []string
	for _, field := range results.List {
		for _, ident := range field.Names {
			name := ident.Name
			if name == "_" {
				name = l.fresh()
			}
			names = append(names, name)
		}
	}
	l.results[function] = names
	return names
}

func functionType(function ast.Node) *ast.FuncType {
	switch function := function.(type) {
	case *ast.FuncDecl:
		return function.Type
	case *ast.FuncLit:
		return function.Type
	}
	return nil
}

// namedReturn has a return without values give those of the named results. In a
// function that defers, the return is one of its body's (see deferring).
func (l *lowering) namedReturn(node *ast.ReturnStmt) {
	function, _ := l.enclosing()
	if len(node.Results) > 0 || defers(function) {
		return
	}
	if names := l.resultNames(function); names != nil {
		l.edits.insert(l.offset(node.End()), " "+strings.Join(names, ", "))
	}
}

// declareResults makes variables of the results of a function, under names.
func (l *lowering) declareResults(function ast.Node, body *ast.BlockStmt, signature *types.Signature, names []string) {
	var declarations strings.Builder
	for i, name := range names {
		t := signature.Results().At(i).Type()
		if text := l.typeText(t); l.isShadowed(t, functionType(function)) {
			fmt.Fprintf(&declarations, " %s := %s;", name, l.zero(t))
		} else {
			fmt.Fprintf(&declarations, " var %s %s;", name, text)
		}
	}
	l.edits.insertFirst(l.offset(body.Lbrace)+1, declarations.String())
	for _, field := range functionType(function).Results.List {
		if len(field.Names) == 0 {
			continue
		}
		text := l.textOf(field.Type) + strings.Repeat(", "+l.typeText(l.info.TypeOf(field.Type)), len(field.Names)-1)
		l.edits.replace(l.offset(field.Pos()), l.offset(field.End()), text)
	}
}

// zero returns a variable of the package that has the zero value of a type.
func (l *lowering) zero(t types.Type) string {
	text := l.typeText(t)
	name, isKnown := l.helpers["nil "+text]
	if !isKnown {
		name = l.fresh()
		l.helpers["nil "+text] = name
		fmt.Fprintf(&l.added, "var %s %s\n", name, text)
	}
	return name
}

// isShadowed reports whether a parameter or result has the name of a type that
// is part of another.
func (l *lowering) isShadowed(t types.Type, function *ast.FuncType) bool {
	words := strings.FieldsFunc(l.typeText(t), func(r rune) bool { return strings.ContainsRune("*[](){}., ;<-", r) })
	isTaken := func(fields *ast.FieldList) bool {
		return fields != nil && slices.ContainsFunc(fields.List, func(field *ast.Field) bool {
			return slices.ContainsFunc(field.Names, func(name *ast.Ident) bool { return slices.Contains(words, name.Name) })
		})
	}
	return isTaken(function.Params) || isTaken(function.Results)
}
