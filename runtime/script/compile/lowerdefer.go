package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// A function that defers runs its body through guard.Run:
//
//	func f() error { defer g(x); …; return err }
//
// becomes
//
//	func f() error {
//		var r error
//		guard.Run(func(frame *guard.Frame) {
//			frame.Defer(func(x T) func() { return func() { g(x) } }(x))
//			…
//			{ r = err; return }
//		})
//		return r
//	}
//
// The interpreter's own defer evaluates arguments when the function ends, and
// locks up where a deferred function calls a closure made beside it.

// enclosing returns the innermost function around the node at hand, and its
// signature.
func (l *lowering) enclosing() (ast.Node, *types.Signature) {
	for _, node := range slices.Backward(l.stack) {
		switch function := node.(type) {
		case *ast.FuncLit:
			return function, l.info.TypeOf(function).(*types.Signature)
		case *ast.FuncDecl:
			return function, l.info.Defs[function.Name].Type().(*types.Signature)
		}
	}
	return nil, nil
}

// frameName returns the name of the frame in a function that defers.
func (l *lowering) frameName(function ast.Node) string {
	if l.frames[function] == "" {
		l.frames[function] = l.fresh()
	}
	return l.frames[function]
}

func (l *lowering) deferStatement(node *ast.DeferStmt) {
	function, _ := l.enclosing()
	call := node.Call
	var params, args, passed []string
	param := func(t types.Type, arg string) string {
		name := l.fresh()
		params = append(params, name+" "+l.typeText(t))
		args = append(args, arg)
		return name
	}
	callee := l.deferredCallee(call, param)
	for i, argument := range call.Args {
		if _, isTuple := l.info.TypeOf(argument).(*types.Tuple); isTuple {
			l.refuse(argument.Pos(), "services cannot defer a call whose arguments come from one call: take them to variables first")
			return
		}
		passed = append(passed, param(l.argumentType(call, i), l.textOf(argument)))
	}
	if call.Ellipsis.IsValid() {
		passed[len(passed)-1] += "..."
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), fmt.Sprintf("%s.Defer(func(%s) func() { return func() { %s(%s) } }(%s))",
		l.frameName(function), strings.Join(params, ", "), callee, strings.Join(passed, ", "), strings.Join(args, ", ")))
}

// deferredCallee returns what a deferred call calls in the end. What it is
// evaluated from goes through param, as the arguments do.
func (l *lowering) deferredCallee(call *ast.CallExpr, param func(types.Type, string) string) string {
	fun := ast.Unparen(call.Fun)
	text := l.textOf(fun)
	if l.info.Types[fun].IsBuiltin() {
		return text
	}
	switch fun := fun.(type) {
	case *ast.FuncLit:
		return text
	case *ast.Ident:
		if _, isFunction := l.info.Uses[fun].(*types.Func); isFunction {
			return text
		}
	case *ast.SelectorExpr:
		selection := l.info.Selections[fun]
		if selection == nil {
			if _, isFunction := l.info.Uses[fun.Sel].(*types.Func); isFunction {
				return text
			}
		} else if selection.Kind() == types.MethodVal {
			t, receiver := l.receiver(fun, selection)
			return param(t, receiver) + "." + fun.Sel.Name
		}
	}
	return param(l.info.TypeOf(fun), text)
}

// argumentType returns the type that an argument is passed as.
func (l *lowering) argumentType(call *ast.CallExpr, i int) types.Type {
	if signature, ok := l.info.TypeOf(call.Fun).Underlying().(*types.Signature); ok {
		params := signature.Params()
		if !signature.Variadic() || i < params.Len()-1 || call.Ellipsis.IsValid() {
			return params.At(i).Type()
		}
		if slice, ok := params.At(params.Len() - 1).Type().(*types.Slice); ok {
			return slice.Elem()
		}
	}
	return types.Default(l.info.TypeOf(call.Args[i]))
}

// receiver returns the type and the text of what a method is called on.
func (l *lowering) receiver(node *ast.SelectorExpr, selection *types.Selection) (types.Type, string) {
	t := l.info.TypeOf(node.X)
	for _, index := range selection.Index()[:len(selection.Index())-1] {
		if pointer, ok := t.Underlying().(*types.Pointer); ok {
			t = pointer.Elem()
		}
		structure, ok := t.Underlying().(*types.Struct)
		if !ok || structure.Field(index).Pkg() != l.pkg {
			break
		}
		t = structure.Field(index).Type()
	}
	text := l.edits.render(l.offset(node.Pos()), l.offset(node.X.End()))
	_, wantsPointer := selection.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
	pointer, isPointer := t.Underlying().(*types.Pointer)
	switch {
	case types.IsInterface(t):
		return t, text
	case wantsPointer && !isPointer:
		return types.NewPointer(t), "&" + text
	case !wantsPointer && isPointer && selection.Obj().Pkg() == l.pkg:
		return pointer.Elem(), "*" + text
	}
	return t, text
}

// deferring rewrites the body of a function that defers.
func (l *lowering) deferring(function ast.Node, body *ast.BlockStmt, signature *types.Signature) {
	frame := l.frames[function]
	if frame == "" {
		return
	}
	names := l.resultNames(function, signature)
	inspectBody(body, func(node ast.Node) {
		result, ok := node.(*ast.ReturnStmt)
		if !ok || len(result.Results) == 0 {
			return
		}
		scope := l.pkg.Scope().Innermost(result.Pos())
		for i, name := range names {
			declared := signature.Results().At(i)
			if _, found := scope.LookupParent(name, result.Pos()); declared.Name() == name && found != declared {
				l.refuse(result.Pos(), "result %s is shadowed here, in a function with defer: rename one of them", name)
			}
		}
		l.edits.replace(l.offset(result.Pos()), l.offset(result.End()), "{ "+strings.Join(names, ", ")+" = "+l.values(result, signature)+"; return }")
	})
	l.edits.insertFirst(l.offset(body.Lbrace)+1, fmt.Sprintf(" %[1]sguard.Run(func(%[2]s *%[1]sguard.Frame) { ", l.prefix, frame))
	l.edits.insert(l.offset(body.Rbrace), "; }); return "+strings.Join(names, ", ")+" ")
}

// inspectBody visits the nodes of a body that are not in functions within.
func inspectBody(body ast.Node, visit func(ast.Node)) {
	ast.Inspect(body, func(node ast.Node) bool {
		switch node.(type) {
		case nil:
			return true
		case *ast.FuncLit:
			return false
		}
		visit(node)
		return true
	})
}
