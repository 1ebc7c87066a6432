package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// forLoop gives a loop variables of its own for each iteration, where that
// makes a difference: the interpreter has one set for the whole loop.
//
//	for i := 0; i < n; i++ { body }
//
// becomes, p pointing to the last iteration's i,
//
//	for i0, p, next := 0, (*int)(nil), false; ; next = true {
//		i := i0; if next { i = *p }; p = &i
//		if next { i++ }; if !(i < n) { break }
//		body
//	}
//
// so that continue and assignments in the body need no care.
func (l *lowering) forLoop(node *ast.ForStmt) {
	init, ok := node.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		l.condition(node.Cond)
		return
	}
	var variables []*ast.Ident
	isCaptured := false
	for _, target := range init.Lhs {
		name := target.(*ast.Ident)
		if name.Name != "_" {
			variables = append(variables, name)
			isCaptured = isCaptured || l.uses.captured[l.info.Defs[name]]
		}
	}
	if !isCaptured {
		l.condition(node.Cond)
		return
	}
	next := l.fresh()
	var pointers, types, nils, take []string
	for _, name := range variables {
		start, pointer := l.fresh(), l.fresh()
		l.edits.replace(l.offset(name.Pos()), l.offset(name.End()), start)
		pointers = append(pointers, pointer)
		types = append(types, l.typeText(l.info.Defs[name].Type()))
		take = append(take, fmt.Sprintf("%[1]s := %[2]s; if %[3]s { %[1]s = *%[4]s }; %[4]s = &%[1]s; ", name.Name, start, next, pointer))
	}
	for _, t := range types {
		nils = append(nils, "(*"+t+")(nil)")
	}
	var header strings.Builder
	header.WriteString(strings.Join(take, ""))
	if node.Post != nil {
		fmt.Fprintf(&header, "if %s { %s }; ", next, l.textOf(node.Post))
	}
	if node.Cond != nil {
		fmt.Fprintf(&header, "if !(%s) { break }; ", l.textOf(node.Cond))
	}
	if len(init.Rhs) != len(init.Lhs) {
		// A call with several results cannot stand beside other values.
		l.found = append(l.found, l.diagnostic(init.Pos(), "a loop whose variables are captured cannot take them from one call: assign before the loop"))
		return
	}
	var targets, values []string
	for i, target := range init.Lhs {
		targets = append(targets, l.textOf(target))
		value := l.textOf(init.Rhs[i])
		if name := target.(*ast.Ident); name.Name != "_" {
			value = parenthesized(l.typeText(l.info.Defs[name].Type())) + "(" + value + ")"
		}
		values = append(values, value)
	}
	loop := fmt.Sprintf("for %s, %s, %s := %s, %s, false; ; %s = true {%s", strings.Join(targets, ", "), strings.Join(pointers, ", "), next,
		strings.Join(values, ", "), strings.Join(nils, ", "), next, header.String())
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	l.edits.replaceBetween(start, end, loop+lines(string(l.edits.text[start:end])))
}

// rangeLoop lowers ranges over integers and functions, and gives the others
// variables of their own for each iteration where that makes a difference.
func (l *lowering) rangeLoop(node *ast.RangeStmt) {
	switch t := l.info.TypeOf(node.X).Underlying().(type) {
	case *types.Basic:
		if t.Info()&types.IsInteger != 0 {
			l.rangeInteger(node)
			return
		}
		l.rangeText(node)
		return
	case *types.Signature:
		l.rangeFunction(node, t)
		return
	}
	if l.rangeChannels(node) {
		return
	}
	l.rangeArray(node)
	if node.Tok == token.ASSIGN {
		l.rangeAssign(node)
		return
	}
	var copies strings.Builder
	for _, target := range []ast.Expr{node.Key, node.Value} {
		name, ok := target.(*ast.Ident)
		if !ok || name.Name == "_" || !l.uses.captured[l.info.Defs[name]] {
			continue
		}
		outer := l.fresh()
		l.edits.replace(l.offset(name.Pos()), l.offset(name.End()), outer)
		fmt.Fprintf(&copies, "%s := %s; ", name.Name, outer)
	}
	l.edits.insertFirst(l.offset(node.Body.Lbrace)+1, copies.String())
}

// rangeAssign has a range assign to its targets in its body: done by the
// interpreter, the assignment would not reach closures and parts of maps.
func (l *lowering) rangeAssign(node *ast.RangeStmt) {
	var names, binds []string
	for _, target := range []ast.Expr{node.Key, node.Value} {
		if target == nil {
			continue
		}
		name := "_"
		if text := l.textOf(target); text != "_" {
			name = l.fresh()
			binds = append(binds, text+" = "+name+"; ")
		}
		names = append(names, name)
	}
	if len(binds) == 0 {
		return
	}
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	l.edits.replaceBetween(start, end, "for "+strings.Join(names, ", ")+" := range "+l.textOf(node.X)+" {"+strings.Join(binds, ""))
}

// rangeInteger lowers for i := range n. The counter is apart from i, which the
// body may assign without effect on the loop.
func (l *lowering) rangeInteger(node *ast.RangeStmt) {
	counter, limit := l.fresh(), l.fresh()
	t := l.info.TypeOf(node.X)
	var bind string
	if name, ok := node.Key.(*ast.Ident); ok && name.Name != "_" {
		if node.Tok == token.DEFINE {
			t = l.info.Defs[name].Type()
			bind = fmt.Sprintf("%s := %s; ", name.Name, counter)
			if !l.uses.isUsed[l.info.Defs[name]] {
				bind = ""
			} else if !l.uses.captured[l.info.Defs[name]] && !l.uses.assigned[l.info.Defs[name]] {
				counter, bind = name.Name, ""
			}
		} else {
			t = l.info.TypeOf(name)
			bind = fmt.Sprintf("%s = %s; ", name.Name, counter)
		}
	} else if node.Key != nil && !ok {
		t = l.info.TypeOf(node.Key)
		bind = fmt.Sprintf("%s = %s; ", l.textOf(node.Key), counter)
	}
	if basic, ok := t.(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		t = types.Default(t)
	}
	name := l.typeText(t)
	loop := fmt.Sprintf("for %[1]s, %[2]s := %[3]s(0), %[3]s(%[4]s); %[1]s < %[2]s; %[1]s++ {%[5]s", counter, limit, name, l.textOf(node.X), bind)
	start, end := l.offset(node.Pos()), l.offset(node.Body.Lbrace)+1
	l.edits.replaceBetween(start, end, loop)
}

// variableUses tells what is done to variables.
type variableUses struct {
	captured map[types.Object]bool // used in a function within, or its address taken
	assigned map[types.Object]bool // after its declaration
	isUsed   map[types.Object]bool
}

func findUses(s *source) *variableUses {
	uses := &variableUses{captured: map[types.Object]bool{}, assigned: map[types.Object]bool{}, isUsed: map[types.Object]bool{}}
	var functions []*ast.FuncLit
	root := func(operand ast.Expr) types.Object {
		for {
			switch node := operand.(type) {
			case *ast.ParenExpr:
				operand = node.X
			case *ast.SelectorExpr:
				operand = node.X
			case *ast.IndexExpr:
				operand = node.X
			case *ast.Ident:
				return s.info.Uses[node]
			default:
				return nil
			}
		}
	}
	var stack []ast.Node
	ast.Inspect(s.files[0], func(node ast.Node) bool {
		if node == nil {
			if _, ok := stack[len(stack)-1].(*ast.FuncLit); ok {
				functions = functions[:len(functions)-1]
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, node)
		switch node := node.(type) {
		case *ast.FuncLit:
			functions = append(functions, node)
		case *ast.Ident:
			variable, ok := s.info.Uses[node].(*types.Var)
			if !ok {
				break
			}
			uses.isUsed[variable] = true
			for _, function := range functions {
				if variable.Pos() < function.Pos() || variable.Pos() >= function.End() {
					uses.captured[variable] = true
				}
			}
		case *ast.UnaryExpr:
			if node.Op == token.AND {
				uses.captured[root(node.X)] = true
			}
		case *ast.SliceExpr:
			if _, ok := s.info.TypeOf(node.X).Underlying().(*types.Array); ok {
				uses.captured[root(node.X)] = true
			}
		case *ast.SelectorExpr:
			if selection := s.info.Selections[node]; selection != nil && selection.Kind() == types.MethodVal {
				method := selection.Obj().(*types.Func)
				if recv := method.Signature().Recv(); recv != nil {
					if _, isPointer := types.Unalias(recv.Type()).(*types.Pointer); isPointer {
						uses.captured[root(node.X)] = true
					}
				}
			}
		case *ast.AssignStmt:
			if node.Tok != token.DEFINE {
				for _, target := range node.Lhs {
					uses.assigned[root(target)] = true
				}
			} else {
				for _, target := range node.Lhs {
					if name, ok := target.(*ast.Ident); ok && s.info.Uses[name] != nil {
						uses.assigned[s.info.Uses[name]] = true
					}
				}
			}
		case *ast.IncDecStmt:
			uses.assigned[root(node.X)] = true
		case *ast.RangeStmt:
			if node.Tok == token.ASSIGN {
				for _, target := range []ast.Expr{node.Key, node.Value} {
					if target != nil {
						uses.assigned[root(target)] = true
					}
				}
			}
		}
		return true
	})
	delete(uses.captured, nil)
	return uses
}
