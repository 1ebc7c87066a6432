package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// methodValue makes a function of a method of the script's that is not called
// where it is named: the interpreter would take the receiver when it is.
func (l *lowering) methodValue(node *ast.SelectorExpr) {
	selection := l.info.Selections[node]
	if selection == nil || selection.Kind() == types.FieldVal || selection.Obj().Pkg() != l.pkg && !l.isLostReceiver(node, selection) {
		return
	}
	signature := l.info.TypeOf(node).(*types.Signature)
	params, passed := l.params(signature)
	var text string
	if selection.Kind() == types.MethodExpr {
		receiver, rest, _ := strings.Cut(passed, ", ")
		text = fmt.Sprintf("(func(%s)%s { %s%s.%s(%s) })", params, l.resultText(signature), returnIf(signature), receiver, node.Sel.Name, rest)
	} else {
		if l.isCalled(node) {
			return
		}
		t, receiver := l.receiver(node, selection)
		name := l.fresh()
		shape := fmt.Sprintf("func(%s)%s", params, l.resultText(signature))
		text = fmt.Sprintf("(func(%[1]s %[2]s) %[3]s { return %[4]s { %[5]s%[1]s.%[6]s(%[7]s) } }(%[8]s))",
			name, l.typeText(t), l.typeText(signature), shape, returnIf(signature), node.Sel.Name, passed, receiver)
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), text)
}

// isLostReceiver reports whether a method value is of a method of the host's that
// the interpreter makes one of without its receiver: that of an entry.
func (l *lowering) isLostReceiver(node *ast.SelectorExpr, selection *types.Selection) bool {
	_, isEntry := ast.Unparen(node.X).(*ast.IndexExpr)
	return isEntry && selection.Kind() == types.MethodVal && l.isReachable(selection.Recv())
}

// isCalled reports whether the node at hand is what its parent calls.
func (l *lowering) isCalled(node ast.Node) bool {
	for i := len(l.stack) - 1; i >= 0; i-- {
		switch parent := l.stack[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CallExpr:
			return ast.Unparen(parent.Fun) == node
		}
		return false
	}
	return false
}

// params returns the parameters of a signature under new names, and the same
// names as arguments.
func (l *lowering) params(signature *types.Signature) (params, passed string) {
	var all, names []string
	for i := range signature.Params().Len() {
		name, t := l.fresh(), l.typeText(signature.Params().At(i).Type())
		argument := name
		if signature.Variadic() && i == signature.Params().Len()-1 {
			t = "..." + strings.TrimPrefix(t, "[]")
			argument += "..."
		}
		all = append(all, name+" "+t)
		names = append(names, argument)
	}
	return strings.Join(all, ", "), strings.Join(names, ", ")
}

func (l *lowering) resultText(signature *types.Signature) string {
	if signature.Results().Len() == 0 {
		return ""
	}
	var results []string
	for result := range signature.Results().Variables() {
		results = append(results, l.typeText(result.Type()))
	}
	return " (" + strings.Join(results, ", ") + ")"
}

func returnIf(signature *types.Signature) string {
	if signature.Results().Len() == 0 {
		return ""
	}
	return "return "
}

// nameParams names the parameters that have no names: the interpreter counts
// them wrong.
func (l *lowering) nameParams(fields *ast.FieldList) {
	if fields == nil {
		return
	}
	for _, field := range fields.List {
		if len(field.Names) == 0 {
			l.edits.insertFirst(l.offset(field.Type.Pos()), l.fresh()+" ")
		}
		for _, name := range field.Names {
			if name.Name == "_" {
				l.edits.replace(l.offset(name.Pos()), l.offset(name.End()), l.fresh())
			}
		}
	}
}
