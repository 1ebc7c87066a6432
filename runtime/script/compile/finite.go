package compile

import (
	"fmt"
	"go/ast"
	"go/types"
)

// What the host is given to follow to its end (to encode, to print) is looked
// at first: it would follow a value that holds itself until the stack is full,
// which no Go program survives. Package fmt is given functions of its own that
// do the same, and so are loggers (package symbols); self looks itself at what
// it is given. Functions that only keep a value are let be: rings are good Go.

// followers are the packages that follow what they are given, and whether they
// follow all pointers.
var followers = map[string]bool{
	"encoding/json": true, "encoding/xml": true, "gatehouse/runtime/sso": true,
	"text/template": false, "html/template": false,
}

// parsers are functions that recurse over a text.
var parsers = map[string]bool{
	"(*text/template.Template).Parse": true, "(*html/template.Template).Parse": true,
}

// check returns the function of package guard that looks at the arguments of a
// function of the host's, or "".
func (l *lowering) check(callee *types.Func) string {
	if callee == nil || callee.Pkg() == nil || callee.Pkg() == l.pkg {
		return ""
	}
	isAll, isFollower := followers[callee.Pkg().Path()]
	switch {
	case !isFollower:
		return ""
	case isAll:
		return "Finite"
	}
	return "FiniteText"
}

// isChecked reports whether a call's arguments are looked at as it runs.
func (l *lowering) isChecked(call *ast.CallExpr) bool {
	callee := calleeOf(l.info, call)
	if l.check(callee) == "" {
		return false
	}
	for _, argument := range call.Args {
		if l.canBeDeep(l.info.TypeOf(argument), 0) || parsers[callee.FullName()] {
			return true
		}
	}
	return false
}

// finite has an argument looked at. The result of a call would lose its methods
// on the way to the host; what a pointer points to does not.
func (l *lowering) finite(callee *types.Func, argument ast.Expr) {
	t := l.info.TypeOf(argument)
	if parsers[callee.FullName()] {
		l.wrap(argument, l.prefix+"guard.Short")
		return
	}
	if check := l.check(callee); check != "" && l.canBeDeep(t, 0) && l.isReachable(t) {
		text := l.typeText(t)
		l.wrap(argument, "*"+l.helper(fmt.Sprintf("(v %s) *%s { %sguard.%s(v); return &v }", text, text, l.prefix, check), t))
	}
}

// canBeDeep reports whether values of a type can hold others without bound.
func (l *lowering) canBeDeep(t types.Type, depth int) bool {
	if depth > 20 {
		return true // it holds itself
	}
	if isStruct(t) && l.isHostType(t) {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return !types.Implements(t, errorInterface) // which is printed by its method
	case *types.Pointer:
		return l.canBeDeep(u.Elem(), depth+1)
	case *types.Slice:
		return l.canBeDeep(u.Elem(), depth+1)
	case *types.Array:
		return l.canBeDeep(u.Elem(), depth+1)
	case *types.Map:
		return l.canBeDeep(u.Elem(), depth+1)
	case *types.Struct:
		for field := range u.Fields() {
			if l.canBeDeep(field.Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

func (l *lowering) isHostType(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg() != l.pkg
}
