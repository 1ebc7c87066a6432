package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// rangeText has a range over a text go over what the host takes it apart to:
// the interpreter loses the place where the text is not valid UTF-8.
func (l *lowering) rangeText(node *ast.RangeStmt) {
	if isBlank(node.Key) && isBlank(node.Value) {
		return // only the number of rounds counts, which is right
	}
	item, operator := l.fresh(), ":="
	if node.Tok == token.ASSIGN {
		operator = "="
	}
	binds := ""
	for i, target := range []ast.Expr{node.Key, node.Value} {
		if !isBlank(target) {
			binds += fmt.Sprintf("%s %s %s.%s; ", l.textOf(target), operator, item, []string{"At", "Rune"}[i])
		}
	}
	l.edits.replaceBetween(l.offset(node.Key.Pos()), l.offset(node.X.Pos()), fmt.Sprintf("_, %s := range %sguard.Runes(string(", item, l.prefix))
	l.edits.insert(l.offset(node.X.End()), "))")
	l.edits.insertFirst(l.offset(node.Body.Lbrace)+1, binds)
}

func isBlank(target ast.Expr) bool {
	name, isName := target.(*ast.Ident)
	return target == nil || isName && name.Name == "_"
}

// rangeArray has a range over a pointer to an array go over its elements, or,
// where they are not asked for, over as many: the pointer may be nil then.
func (l *lowering) rangeArray(node *ast.RangeStmt) {
	pointer, ok := l.info.TypeOf(node.X).Underlying().(*types.Pointer)
	if !ok {
		return
	}
	array, ok := pointer.Elem().Underlying().(*types.Array)
	if !ok {
		return
	}
	if isBlank(node.Value) {
		l.wrap(node.X, fmt.Sprintf("func(%s) []struct{} { return make([]struct{}, %d) }", l.fresh()+" "+l.typeText(l.info.TypeOf(node.X)), array.Len()))
		return
	}
	l.edits.insertFirst(l.offset(node.X.Pos()), "(*(")
	l.edits.insert(l.offset(node.X.End()), "))[:]")
}
