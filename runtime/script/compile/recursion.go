package compile

import (
	"fmt"
	"go/ast"
	"go/types"
)

// guardDepth has a function that may call itself count how deep it is.
func (l *lowering) guardDepth(function ast.Node) {
	var body *ast.BlockStmt
	switch function := function.(type) {
	case *ast.FuncDecl:
		body = function.Body
	case *ast.FuncLit:
		body = function.Body
	}
	note := ""
	l.stack = append(l.stack, function) // for the name of the site
	site := l.site(function.Pos())
	l.stack = l.stack[:len(l.stack)-1]
	if site > 0 {
		note = fmt.Sprintf("*%sat = %d; ", l.prefix, site)
	}
	l.edits.insertFirst(l.offset(body.Lbrace)+1, fmt.Sprintf(" %[2]s%[1]sguard.Enter(); defer %[1]sguard.Leave(); ", l.prefix, note))
}

// callGraph tells which functions may run which. What is called through a
// value, an interface or the host goes through one node, dynamic.
type callGraph struct {
	*source
	calls     map[ast.Node]map[ast.Node]bool
	declared  map[types.Object]*ast.FuncDecl
	isDynamic map[ast.Node]bool // can be called through dynamic
}

// dynamic stands for every call whose function is known only as it runs.
var dynamic = &ast.BadDecl{}

// findRecursive returns the functions that may call themselves, directly or
// through others.
func findRecursive(s *source) map[ast.Node]bool {
	g := &callGraph{source: s, calls: map[ast.Node]map[ast.Node]bool{}, declared: map[types.Object]*ast.FuncDecl{}, isDynamic: map[ast.Node]bool{}}
	for _, declaration := range s.files[0].Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok {
			g.declared[s.info.Defs[f.Name]] = f
			if f.Recv != nil {
				g.isDynamic[f] = true // through an interface
			}
		}
	}
	for _, f := range g.declared {
		if f.Body != nil {
			g.body(f, f.Body)
		}
	}
	// Functions in the initialisers of package variables.
	for _, declaration := range s.files[0].Decls {
		if general, ok := declaration.(*ast.GenDecl); ok {
			g.body(general, general)
		}
	}
	for function := range g.isDynamic {
		g.edge(dynamic, function)
	}
	return g.cyclic()
}

func (g *callGraph) edge(from, to ast.Node) {
	if g.calls[from] == nil {
		g.calls[from] = map[ast.Node]bool{}
	}
	g.calls[from][to] = true
}

// body adds what a function calls. Functions written in it are nodes of their
// own.
func (g *callGraph) body(function, body ast.Node) {
	called := map[ast.Node]bool{} // names that are called, not used as values
	ast.Inspect(body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			g.isDynamic[node] = true
			g.body(node, node.Body)
			return false
		case *ast.CallExpr:
			g.call(function, node)
			switch callee := ast.Unparen(node.Fun).(type) {
			case *ast.Ident:
				called[callee] = true
			case *ast.SelectorExpr:
				called[callee.Sel] = true
			case *ast.FuncLit:
				g.edge(function, callee)
			}
		case *ast.RangeStmt:
			if _, ok := g.info.TypeOf(node.X).Underlying().(*types.Signature); ok {
				g.edge(function, dynamic)
			}
		case *ast.Ident:
			if f := g.declared[g.info.Uses[node]]; f != nil && !called[node] {
				g.isDynamic[f] = true
			}
		}
		return true
	})
}

func (g *callGraph) call(function ast.Node, call *ast.CallExpr) {
	if g.info.Types[call.Fun].IsType() || g.info.Types[call.Fun].IsBuiltin() {
		return
	}
	callee := calleeOf(g.info, call)
	switch {
	case callee == nil:
		if _, isLiteral := ast.Unparen(call.Fun).(*ast.FuncLit); !isLiteral {
			g.edge(function, dynamic)
		}
	case g.declared[callee] != nil:
		g.edge(function, g.declared[callee])
	case isInterfaceMethod(callee) || callee.Pkg() == g.pkg:
		g.edge(function, dynamic)
	default:
		if g.mayCallBack(callee, call) {
			g.edge(function, dynamic)
		}
	}
}

// direct are packages whose methods call nothing that their receiver was given
// before.
var direct = map[string]bool{
	"bytes": true, "encoding/base64": true, "encoding/hex": true, "log/slog": true, "math/big": true, "math/rand": true,
	"math/rand/v2": true, "net/netip": true, "net/url": true, "regexp": true, "strings": true, "time": true, "sync/atomic": true,
	"gatehouse/runtime/service": true, "gatehouse/runtime/sso": true,
}

// mayCallBack reports whether a function of the host may run one of the
// script's: one that it is given, or that its receiver was given.
func (g *callGraph) mayCallBack(callee *types.Func, call *ast.CallExpr) bool {
	if callee.Signature().Recv() != nil && !direct[callee.Pkg().Path()] {
		return true
	}
	for _, argument := range call.Args {
		if g.carriesCode(g.info.TypeOf(argument), map[types.Type]bool{}) {
			return true
		}
	}
	return false
}

// carriesCode reports whether a value of a type may hold a function or a
// method of the script's.
func (g *callGraph) carriesCode(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if u.Obj().Pkg() == g.pkg && (u.NumMethods() > 0 || types.NewMethodSet(types.NewPointer(u)).Len() > 0) {
			return true
		}
		if u.Obj().Pkg() != nil && u.Obj().Pkg() != g.pkg && direct[u.Obj().Pkg().Path()] {
			return false
		}
		return g.carriesCode(u.Underlying(), seen)
	case *types.Basic:
		return false
	case *types.Pointer:
		return g.carriesCode(u.Elem(), seen)
	case *types.Slice:
		return g.carriesCode(u.Elem(), seen)
	case *types.Array:
		return g.carriesCode(u.Elem(), seen)
	case *types.Chan:
		return g.carriesCode(u.Elem(), seen)
	case *types.Map:
		return g.carriesCode(u.Key(), seen) || g.carriesCode(u.Elem(), seen)
	case *types.Struct:
		for field := range u.Fields() {
			if g.carriesCode(field.Type(), seen) {
				return true
			}
		}
		return false
	case *types.Tuple:
		for v := range u.Variables() {
			if g.carriesCode(v.Type(), seen) {
				return true
			}
		}
		return false
	}
	return true // functions and interfaces
}

// cyclic returns the functions that are on a cycle (Tarjan's algorithm).
func (g *callGraph) cyclic() map[ast.Node]bool {
	index, low := map[ast.Node]int{}, map[ast.Node]int{}
	onStack := map[ast.Node]bool{}
	found := map[ast.Node]bool{}
	var stack []ast.Node
	var visit func(node ast.Node)
	visit = func(node ast.Node) {
		index[node] = len(index) + 1
		low[node] = index[node]
		stack = append(stack, node)
		onStack[node] = true
		for next := range g.calls[node] {
			if index[next] == 0 {
				visit(next)
				low[node] = min(low[node], low[next])
			} else if onStack[next] {
				low[node] = min(low[node], index[next])
			}
		}
		if low[node] != index[node] {
			return
		}
		var component []ast.Node
		for {
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			onStack[last] = false
			component = append(component, last)
			if last == node {
				break
			}
		}
		for _, member := range component {
			if len(component) > 1 || g.calls[member][member] {
				found[member] = true
			}
		}
	}
	for node := range g.calls {
		if index[node] == 0 {
			visit(node)
		}
	}
	delete(found, dynamic)
	for node := range found {
		if _, ok := node.(*ast.GenDecl); ok {
			delete(found, node)
		}
	}
	return found
}
