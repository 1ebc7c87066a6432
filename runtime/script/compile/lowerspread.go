package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// spreadNil gives the nil of f(nil...) its type, which the interpreter does not
// find.
func (l *lowering) spreadNil(call *ast.CallExpr) {
	last := spread(call)
	if last == nil || !l.info.Types[last].IsNil() {
		return
	}
	t := l.argumentType(call, len(call.Args)-1)
	if l.info.Types[call.Fun].IsBuiltin() { // append
		t = l.info.TypeOf(call)
	}
	l.edits.replace(l.offset(last.Pos()), l.offset(last.End()), l.typedNil(t))
}

// spreadPrinted has package fmt print the values of fmt.Print(values...) by
// their methods, as it does those that are given one by one.
func (l *lowering) spreadPrinted(call *ast.CallExpr) {
	last, callee := spread(call), calleeOf(l.info, call)
	if last == nil || callee == nil || callee.Pkg() == nil || callee.Pkg().Path() != "fmt" || strings.Contains(strings.ToLower(callee.Name()), "scan") {
		return
	}
	slice, ok := l.info.TypeOf(last).Underlying().(*types.Slice)
	if !ok || !isEmptyInterface(slice.Elem()) {
		return
	}
	if shown := l.shown(slice.Elem(), 0); shown != "" {
		l.wrap(last, l.helper(fmt.Sprintf("(v []interface{}) []interface{} { r := make([]interface{}, len(v)); for i := range v { r[i] = %s(v[i]) }; return r }", shown),
			types.Typ[types.Int]))
	}
}

// spread returns the argument of a call that is followed by dots, or nil.
func spread(call *ast.CallExpr) ast.Expr {
	if !call.Ellipsis.IsValid() {
		return nil
	}
	return call.Args[len(call.Args)-1]
}
