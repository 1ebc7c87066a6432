package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// rangeFunction lowers a range over a function: the body becomes the function
// that the iterator calls,
//
//	for v := range seq { body }
//
// becomes
//
//	{ var exit int; seq(func(v T) bool { body; return true }); if exit == 1 { … } }
//
// in which continue is return true, break is return false, and what leaves the
// loop otherwise notes where to before it returns false.
func (l *lowering) rangeFunction(node *ast.RangeStmt, t *types.Signature) {
	if _, isLabelled := l.parent().(*ast.LabeledStmt); isLabelled || !l.canBeFunction(node) {
		l.found = append(l.found, l.diagnostic(node.Pos(), "services cannot range over a function with a label, goto, defer or a nested return in the loop: collect the values first, such as with slices.Collect"))
		return
	}
	yield := t.Params().At(0).Type().Underlying().(*types.Signature)
	var params, binds []string
	targets := []ast.Expr{node.Key, node.Value}
	for i := range yield.Params().Len() {
		param := l.fresh()
		if target := targets[i]; target != nil && l.textOf(target) != "_" {
			if node.Tok == token.DEFINE {
				if l.uses.isUsed[l.info.Defs[target.(*ast.Ident)]] {
					param = l.textOf(target)
				}
			} else {
				binds = append(binds, fmt.Sprintf("%s = %s; ", l.textOf(target), param))
			}
		}
		params = append(params, param+" "+l.typeText(yield.Params().At(i).Type()))
	}
	if function, _ := l.enclosing(); returns(node.Body) && defers(function) {
		l.refuse(node.Pos(), "services cannot return out of a range over a function in a function with defer: note the result and break")
		return
	}
	exit := l.fresh()
	results, after := l.leave(node, exit)
	function := l.textOf(node.X)
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	l.edits.replaceBetween(start, end, fmt.Sprintf("{ %[1]s := 0; _ = %[1]s; %[2]s(%[3]s)(func(%[4]s) bool {%[5]s", exit, results, function, strings.Join(params, ", "), strings.Join(binds, ""))+
		lines(string(l.edits.text[start:end])))
	l.edits.replaceBetween(l.offset(node.Body.Rbrace), l.offset(node.Body.End()), "; return true }); "+after+"}")
}

// canBeFunction reports whether a loop's body can become a function.
func (l *lowering) canBeFunction(node *ast.RangeStmt) bool {
	possible := true
	ast.Inspect(node.Body, func(inner ast.Node) bool {
		switch inner := inner.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			possible = false
		case *ast.BranchStmt:
			if inner.Label != nil {
				possible = false
			}
		case *ast.RangeStmt:
			if l.isRangeFunction(inner) && returns(inner.Body) {
				possible = false
			}
		}
		return possible
	})
	return possible
}

// leave rewrites what leaves the loop. It returns the declarations of the
// results that a return in the body notes, and what follows the loop.
func (l *lowering) leave(node *ast.RangeStmt, exit string) (declarations, after string) {
	function, signature := l.enclosing()
	names := l.resultNames(function)
	isNamed := names != nil
	hasReturn := false
	var visit func(inner ast.Node, isLoop, isSwitch bool)
	visit = func(inner ast.Node, isLoop, isSwitch bool) {
		ast.Inspect(inner, func(child ast.Node) bool {
			switch child := child.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				if loop, ok := child.(*ast.RangeStmt); ok && l.isRangeFunction(loop) && child != inner {
					return false // lowered already
				}
				if child != inner {
					visit(child, true, true)
					return false
				}
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				if child != inner {
					visit(child, isLoop, true)
					return false
				}
			case *ast.BranchStmt:
				start, end := l.offset(child.Pos()), l.offset(child.End())
				if child.Tok == token.CONTINUE && !isLoop {
					l.edits.replace(start, end, "return true")
				}
				if child.Tok == token.BREAK && !isSwitch {
					l.edits.replace(start, end, "return false")
				}
			case *ast.ReturnStmt:
				hasReturn = true
				for len(names) < signature.Results().Len() {
					names = append(names, l.fresh())
				}
				text := "{ "
				if len(child.Results) > 0 {
					text += strings.Join(names, ", ") + " = " + l.values(child, signature) + "; "
				}
				l.edits.replace(l.offset(child.Pos()), l.offset(child.End()), text+exit+" = 1; return false }")
				return false
			}
			return true
		})
	}
	visit(node.Body, false, false)
	if !hasReturn {
		return "", ""
	}
	if !isNamed {
		for i, name := range names {
			declarations += fmt.Sprintf("var %s %s; ", name, l.typeText(signature.Results().At(i).Type()))
		}
		return declarations, fmt.Sprintf("if %s == 1 { return %s } ", exit, strings.Join(names, ", "))
	}
	return "", fmt.Sprintf("if %s == 1 { return %s } ", exit, strings.Join(names, ", "))
}

func (l *lowering) isRangeFunction(node *ast.RangeStmt) bool {
	_, ok := l.info.TypeOf(node.X).Underlying().(*types.Signature)
	return ok
}

// returns reports whether a body has a return of its own.
func returns(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		switch node.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

// defers reports whether a function has a defer of its own.
func defers(function ast.Node) bool {
	body := function
	switch function := function.(type) {
	case *ast.FuncDecl:
		body = function.Body
	case *ast.FuncLit:
		body = function.Body
	}
	found := false
	inspectBody(body, func(node ast.Node) {
		if _, ok := node.(*ast.DeferStmt); ok {
			found = true
		}
	})
	return found
}
