package compile

import (
	"go/ast"
	"go/types"
	"strings"
)

func (l *lowering) arguments(call *ast.CallExpr) {
	if l.info.Types[call.Fun].IsType() {
		target, source := l.info.TypeOf(call.Fun), l.info.TypeOf(call.Args[0])
		if face, ok := target.Underlying().(*types.Interface); ok && face.NumMethods() > 0 && !l.info.Types[call.Args[0]].IsNil() {
			// Such a conversion is no call to the interpreter, which miscounts
			// the arguments where it stands among them.
			l.edits.replace(l.offset(call.Fun.Pos()), l.offset(call.Fun.End()), l.identity(source, target))
			return
		}
		l.stored(call.Args[0], target, false)
		return
	}
	if l.info.Types[call.Fun].IsBuiltin() {
		l.builtinArguments(call)
		return
	}
	callee := calleeOf(l.info, call)
	isHost := callee != nil && callee.Pkg() != l.pkg && !isInterfaceMethod(callee)
	for i, argument := range call.Args {
		if _, isTuple := l.info.TypeOf(argument).(*types.Tuple); isTuple {
			l.severalTo(argument, func(i int) types.Type { return l.argumentType(call, i) })
			return
		}
		target := l.argumentType(call, i)
		if !isHost {
			defer l.asArgument(argument, target)
		}
		if l.isSpread(call, i) {
			l.wrap(argument, l.identity(l.info.TypeOf(argument), target))
			continue
		}
		if isHost && isEmptyInterface(target) && callee.Pkg().Path() == "fmt" && !strings.Contains(strings.ToLower(callee.Name()), "scan") && l.printedByMethod(argument) {
			continue
		}
		if isHost && isEmptyInterface(target) && callee.Pkg().Path() == "log/slog" && l.logged(argument) {
			continue
		}
		if isHost && callee.FullName() == "errors.As" && i == 1 && l.findsInterface(argument) {
			continue
		}
		if isHost && isEmptyInterface(target) && keeps(callee) && l.box(argument) {
			continue
		}
		if face, ok := target.Underlying().(*types.Interface); !ok || !isHost || face.NumMethods() > 0 || isBoolean(l.info.TypeOf(argument)) {
			l.stored(argument, target, false)
		} else if path := callee.Pkg().Path(); !types.IsInterface(l.info.TypeOf(argument)) && path != "fmt" && path != "errors" && path != "log/slog" && path != "container/heap" {
			l.checkJSON(argument, callee.FullName() == "encoding/json.Marshal" || callee.FullName() == "encoding/json.MarshalIndent")
		}
		if isHost && (isEmptyInterface(target) || l.isChecked(call)) {
			l.finite(callee, argument)
		}
		if isHost && isEmptyInterface(target) && strings.HasSuffix(callee.Pkg().Path(), "/template") && holdsAny(l.info.TypeOf(argument)) {
			l.wrap(argument, l.prefix+"guard.Unboxed")
		}
	}
}

// builtinArguments is for calls of builtin functions.
func (l *lowering) builtinArguments(call *ast.CallExpr) {
	name, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || len(call.Args) == 0 {
		return
	}
	if _, isTuple := l.info.TypeOf(call.Args[0]).(*types.Tuple); isTuple {
		l.refuse(call.Args[0].Pos(), "services cannot give what one call returns to %s: take it to variables first", name.Name)
		return
	}
	switch name.Name {
	case "panic":
		l.box(call.Args[0])
	case "delete":
		if key := l.info.TypeOf(call.Args[0]).Underlying().(*types.Map).Key(); isEmptyInterface(key) {
			l.box(call.Args[1])
		}
	case "append":
		slice, ok := l.info.TypeOf(call).Underlying().(*types.Slice)
		if !ok || call.Ellipsis.IsValid() {
			return
		}
		for _, argument := range call.Args[1:] {
			if l.isElements(argument, slice) {
				l.wrap(argument, l.identity(slice, slice.Elem()))
				continue
			}
			l.stored(argument, slice.Elem(), false)
		}
	}
}

// isElements reports whether an argument that is to be one element of a slice is
// a slice of that type itself: the interpreter would take its elements.
func (l *lowering) isElements(argument ast.Expr, slice *types.Slice) bool {
	return types.IsInterface(slice.Elem()) && types.Identical(l.info.TypeOf(argument).Underlying(), slice) && !l.info.Types[argument].IsNil()
}

// isSpread is isElements for the arguments of a variadic function.
func (l *lowering) isSpread(call *ast.CallExpr, i int) bool {
	signature, ok := l.info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || !signature.Variadic() || call.Ellipsis.IsValid() || i < signature.Params().Len()-1 {
		return false
	}
	slice, ok := signature.Params().At(signature.Params().Len() - 1).Type().(*types.Slice)
	return ok && l.isElements(call.Args[i], slice)
}

// printedByMethod has an argument of package fmt's become what that looks for in
// it. The interpreter does the same for variables, but not for what is computed,
// and not so that it outlives the call, as what Errorf wraps does.
func (l *lowering) printedByMethod(argument ast.Expr) bool {
	t := l.info.TypeOf(argument)
	if (isEmptyInterface(t) || l.isOwnInterface(t)) && !l.info.Types[argument].IsNil() {
		if shown := l.shown(t, 0); shown != "" {
			l.wrap(argument, shown)
			return true
		}
		return false
	}
	if face := l.printMethod(t); face != nil {
		l.wrap(argument, l.identity(t, face))
		return true
	}
	if function := l.printable(t, 0); function != "" {
		l.wrap(argument, function)
		return true
	}
	return false
}
