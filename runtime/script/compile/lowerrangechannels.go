package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// rangeChannels lowers a range whose values are channels: the interpreter would
// receive from them.
//
//	for i, c := range channels { body }
//
// becomes
//
//	{ all := channels; for n := range all { i := n; c := all[n]; body } }
//
// It reports whether the range is one.
func (l *lowering) rangeChannels(node *ast.RangeStmt) bool {
	if node.Value == nil {
		return false
	}
	var element types.Type
	var array *types.Array // that a pointer leads to
	switch t := l.info.TypeOf(node.X).Underlying().(type) {
	case *types.Slice:
		element = t.Elem()
	case *types.Array:
		element = t.Elem()
	case *types.Map:
		element = t.Elem()
	case *types.Pointer:
		array = t.Elem().Underlying().(*types.Array)
		element = array.Elem()
	default:
		return false
	}
	if _, isChannel := element.Underlying().(*types.Chan); !isChannel {
		return false
	}
	label, isTaken := l.takeLabel(node)
	if !isTaken {
		return true
	}
	all, at, operator := l.fresh(), l.fresh(), ":="
	loop, value := fmt.Sprintf("for %s := range %s", at, all), fmt.Sprintf("%s[%s]", all, at)
	if array != nil {
		loop = fmt.Sprintf("for %s := 0; %[1]s < %d; %[1]s++", at, array.Len())
		value = fmt.Sprintf("(*%s)[%s]", all, at)
	}
	if node.Tok == token.ASSIGN {
		operator = "="
	}
	header := fmt.Sprintf("{ %s := %s; %s%s { ", all, l.textOf(node.X), label, loop)
	if !isBlank(node.Key) {
		header += fmt.Sprintf("%s %s %s; ", l.textOf(node.Key), operator, at)
	}
	if !isBlank(node.Value) {
		header += fmt.Sprintf("%s %s %s; ", l.textOf(node.Value), operator, value)
	}
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	l.edits.replaceBetween(start, end, header+missingLines(string(l.edits.text[start:end]), header))
	l.edits.insert(l.offset(node.End()), " }")
	return true
}
