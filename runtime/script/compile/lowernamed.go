package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// In an empty interface, the interpreter takes a value of a named type that is
// no struct for one of its underlying type. Those of numbers, strings and
// booleans are boxed (guard.Box), wherever they become one, and assertions ask
// for the box.

// isBoxed reports whether values of a type go into empty interfaces in a box.
func (l *lowering) isBoxed(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() != l.pkg {
		return false
	}
	_, ok = named.Underlying().(*types.Basic)
	return ok
}

// boxer returns a function from such a type to the empty interface.
func (l *lowering) boxer(t types.Type) string {
	text := "nil"
	isError := types.Implements(t, errorInterface)
	for _, method := range []string{"Error", "String"} {
		if format, _, _ := types.LookupFieldOrMethod(t, true, l.pkg, "Format"); format == nil && text == "nil" && l.forward(t, method, "() string") != "nil" {
			text = l.helper(fmt.Sprintf("(v interface{}) string { return v.(%s).%s() }", l.typeText(t), method), t)
		}
	}
	if text == "nil" {
		isError = false
	}
	return l.helper(fmt.Sprintf("(v %s) interface{} { return %[2]sguard.Box(%[2]sguard.Any(v), %[3]q, %[4]s, %[5]v) }",
		l.typeText(t), l.prefix, l.boxName(t), text, isError), t)
}

// boxName returns a name that no other type has.
func (l *lowering) boxName(t types.Type) string {
	declared := types.Unalias(t).(*types.Named).Obj()
	return fmt.Sprintf("%s#%d", declared.Name(), declared.Pos())
}

// box has an operand that is used as an empty interface boxed.
func (l *lowering) box(operand ast.Expr) bool {
	t := l.info.TypeOf(operand)
	switch {
	case t == nil:
		return false
	case l.isBoxed(t):
		l.wrap(operand, l.boxer(t))
		return true
	case l.isOwnInterface(t):
		if empty := l.emptied(t); empty != l.prefix+"guard.Any" {
			l.wrap(operand, empty)
			return true
		}
	}
	return false
}

// mapIndex boxes a key.
func (l *lowering) mapIndex(node *ast.IndexExpr) {
	if t := l.info.TypeOf(node.X); t != nil {
		if entries, ok := t.Underlying().(*types.Map); ok && isEmptyInterface(entries.Key()) {
			l.box(node.Index)
		}
	}
}

// emptied returns a function from an interface of the script's to the empty one.
// The interpreter forgets the types of what is in it.
func (l *lowering) emptied(from types.Type) string {
	var steps strings.Builder
	for _, t := range l.implementers(from, from) {
		if l.isBoxed(t) {
			fmt.Fprintf(&steps, "if v, is := x.(%s); is { return %s(v) }; ", l.typeText(t), l.boxer(t))
		}
	}
	if steps.Len() == 0 {
		return l.prefix + "guard.Any"
	}
	return l.helper(fmt.Sprintf("(x %s) interface{} { %sreturn %sguard.Any(x) }", l.typeText(from), &steps, l.prefix), from)
}

// keeps reports whether a function of the host's takes values as they are, to
// keep or to print them: others look into them.
func keeps(callee *types.Func) bool {
	path := callee.Pkg().Path()
	return path != "fmt" && path != "errors" && !strings.HasPrefix(path, "encoding/") && !strings.HasSuffix(path, "/template")
}

// holdsAny reports whether a value of a type is, or holds, what boxes may be in.
func holdsAny(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return true
	case *types.Slice:
		return isEmptyInterface(u.Elem())
	case *types.Map:
		return isEmptyInterface(u.Elem())
	}
	return false
}
