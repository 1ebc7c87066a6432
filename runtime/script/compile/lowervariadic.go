package compile

import "go/ast"

// spreadNil gives the nil of f(nil...) its type, which the interpreter does not
// find.
func (l *lowering) spreadNil(call *ast.CallExpr) {
	if !call.Ellipsis.IsValid() {
		return
	}
	last := call.Args[len(call.Args)-1]
	if !l.info.Types[last].IsNil() {
		return
	}
	t := l.argumentType(call, len(call.Args)-1)
	if l.info.Types[call.Fun].IsBuiltin() { // append
		t = l.info.TypeOf(call)
	}
	l.edits.replace(l.offset(last.Pos()), l.offset(last.End()), l.typedNil(t))
}
