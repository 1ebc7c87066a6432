package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// What package variables hold must not change by another name either: through
// a local variable, an argument, a receiver, a field, a closure that is kept.

// shared looks for changes of what a package variable may hold.
type shared struct {
	*flows
	refusal *refusal
	from    map[holder]*types.Var   // the package variable that a holder may hold
	kept    map[holder]types.Object // the package variable that keeps a function literal
	inside  []*ast.FuncLit          // literals around the node at hand that are kept
	stack   []ast.Node
}

func (r *refusal) shared() {
	f := findFlows(r.source)
	variables := packageVariables(r.source)
	objects := make([]types.Object, len(variables))
	for i, variable := range variables {
		objects[i] = variable
	}
	s := &shared{flows: f, refusal: r, from: reached(variables, f.edges), kept: reached(objects, f.back)}
	for _, file := range r.files {
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil {
				s.leave()
				return true
			}
			s.enter(node)
			return true
		})
	}
}

// packageVariables returns the package variables that a source has or uses,
// the host's too, in the order of their names: errors must not depend on that
// of a map.
func packageVariables(s *source) []*types.Var {
	found := map[*types.Var]bool{}
	for _, uses := range []map[*ast.Ident]types.Object{s.info.Defs, s.info.Uses} {
		for _, object := range uses {
			if variable := packageLevel(object); variable != nil {
				found[variable] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b *types.Var) int {
		return strings.Compare(a.Pkg().Path()+"."+a.Name(), b.Pkg().Path()+"."+b.Name())
	})
}

func (s *shared) enter(node ast.Node) {
	s.stack = append(s.stack, node)
	switch node := node.(type) {
	case *ast.FuncLit:
		if s.kept[node] != nil {
			s.inside = append(s.inside, node)
		}
	case *ast.AssignStmt:
		if node.Tok != token.DEFINE {
			for _, target := range node.Lhs {
				s.changed(target)
			}
		}
	case *ast.IncDecStmt:
		s.changed(node.X)
	case *ast.RangeStmt:
		if node.Tok == token.ASSIGN {
			s.changed(node.Key)
			if node.Value != nil {
				s.changed(node.Value)
			}
		}
	case *ast.CallExpr:
		s.call(node)
	}
}

func (s *shared) leave() {
	last := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	if n := len(s.inside); n > 0 && s.inside[n-1] == last {
		s.inside = s.inside[:n-1]
	}
}

// changed refuses an assignment to memory that a package variable may hold.
func (s *shared) changed(target ast.Expr) {
	if s.refusal.rootVariable(target) != nil {
		return // refused by its own name
	}
	if name, ok := ast.Unparen(target).(*ast.Ident); ok {
		s.captured(name, s.info.ObjectOf(name))
		return
	}
	if base := s.base(target); base != nil {
		s.refuseChange(base, target)
	}
}

// base returns the expression whose reference leads to the memory of a place,
// or nil for a place in a local variable.
func (s *shared) base(place ast.Expr) ast.Expr {
	switch place := ast.Unparen(place).(type) {
	case *ast.SelectorExpr:
		if selection := s.info.Selections[place]; selection != nil && selection.Indirect() {
			return place.X
		}
		return s.base(place.X)
	case *ast.IndexExpr:
		if _, isArray := s.info.TypeOf(place.X).Underlying().(*types.Array); isArray {
			return s.base(place.X)
		}
		return place.X
	case *ast.StarExpr:
		return place.X
	}
	return nil
}

func (s *shared) refuseChange(base ast.Expr, shown ast.Expr) {
	if variable := s.variable(base, base.Pos(), 0); variable != nil {
		if variable.Pkg() == s.pkg {
			s.refusal.refuse(shown.Pos(), "cannot change what %s holds: it may be that of package variable %s, and each interpreter of the pool has its own: change a copy, such as of slices.Clone or maps.Clone, or keep it outside of the service",
				types.ExprString(base), variable.Name())
			return
		}
		s.refusal.refuse(shown.Pos(), "cannot change what %s holds: it may be %s.%s, which belongs to the host: change a copy",
			types.ExprString(base), variable.Pkg().Name(), variable.Name())
		return
	}
	root := base
	for {
		switch node := root.(type) {
		case *ast.ParenExpr:
			root = node.X
		case *ast.SelectorExpr:
			root = node.X
		case *ast.IndexExpr:
			root = node.X
		case *ast.StarExpr:
			root = node.X
		case *ast.Ident:
			s.captured(node, s.info.ObjectOf(node))
			return
		default:
			return
		}
	}
}

// captured refuses a change of a variable that a function captures which a
// package variable keeps: it would live from call to call.
func (s *shared) captured(name *ast.Ident, object types.Object) {
	variable, ok := object.(*types.Var)
	if !ok || variable.IsField() || packageLevel(variable) != nil {
		return
	}
	for _, literal := range s.inside {
		if variable.Pos() < literal.Pos() || variable.Pos() >= literal.End() {
			s.refusal.refuse(name.Pos(), "cannot change %s: package variable %s keeps the function that does, and each interpreter of the pool has its own: pass the value as an argument, or keep it outside of the service",
				name.Name, s.kept[literal].Name())
			return
		}
	}
}

// call refuses calls that change what they are given, where that may be a
// package variable's.
func (s *shared) call(call *ast.CallExpr) {
	if len(call.Args) > 0 && s.info.Types[call.Fun].IsBuiltin() {
		if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && slices.Contains([]string{"delete", "clear", "copy"}, name.Name) {
			if argument := call.Args[0]; s.refusal.rootVariable(argument) == nil { // else refused by its own name
				s.refuseChange(argument, argument)
			}
		}
		return
	}
	callee := calleeOf(s.info, call)
	if callee == nil || callee.Pkg() == s.pkg {
		return
	}
	if index, ok := changesArgument[callee.Origin().FullName()]; ok && index < len(call.Args) {
		s.refuseChange(call.Args[index], call.Args[index])
	}
	if selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && changesReceiver(callee) {
		s.receiverChanged(selector)
	}
}

func (s *shared) receiverChanged(selector *ast.SelectorExpr) {
	selection := s.info.Selections[selector]
	if selection == nil || selection.Kind() != types.MethodVal {
		return
	}
	t := s.info.TypeOf(selector.X).Underlying()
	_, isPointer := t.(*types.Pointer)
	_, isMap := t.(*types.Map)
	switch {
	case isPointer || isMap:
		s.refuseChange(selector.X, selector)
	case s.refusal.rootVariable(selector.X) == nil: // else refused already
		if base := s.base(selector.X); base != nil {
			s.refuseChange(base, selector)
		} else if name, ok := ast.Unparen(selector.X).(*ast.Ident); ok {
			s.captured(name, s.info.ObjectOf(name))
		}
	}
}

// variable returns the package variable that an expression may hold where it
// stands at pos, or nil. What was assigned to it before, in the same function,
// counts more than what ever flows into it.
func (s *shared) variable(value ast.Expr, pos token.Pos, depth int) *types.Var {
	const enough = 50 // steps to look back
	if depth > enough {
		return nil
	}
	if writes := s.latest(value, pos, enclosingFunction(s.stack)); writes != nil {
		for _, write := range writes {
			if variable := s.variable(write.value, write.value.Pos(), depth+1); variable != nil {
				return variable
			}
		}
		return nil
	}
	var own holder  // what the part may hold
	var of ast.Expr // the whole that it is a part of
	switch value := ast.Unparen(value).(type) {
	case *ast.SelectorExpr:
		if selection := s.info.Selections[value]; selection != nil && selection.Kind() == types.FieldVal {
			own, of = fieldOf(selection), value.X
		}
	case *ast.IndexExpr:
		own, of = s.elementOf(s.info.TypeOf(value.X)), value.X
	case *ast.SliceExpr:
		of = value.X
	case *ast.StarExpr:
		of = value.X
	case *ast.TypeAssertExpr:
		of = value.X
	case *ast.CallExpr:
		if s.results(value) == nil && s.resultOrigins(value) != nil {
			of = value.Args[0]
		}
	}
	if of != nil && s.carries(s.info.TypeOf(value)) {
		if variable := s.from[own]; own != nil && variable != nil {
			return variable
		}
		return s.variable(of, pos, depth+1)
	}
	for _, origin := range s.origins(value) {
		if variable := s.from[origin]; variable != nil {
			return variable
		}
	}
	return nil
}
