package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// flows tells, for one package, where the references in a value may come from.
// It follows assignments, arguments, results, fields and elements, regardless
// of their order; what goes through an any in a container, or through a
// function that is known only as it runs, it loses. That is enough for what it
// is for: telling an author of a mistake (refuseshared.go).
type flows struct {
	*source
	edges    map[holder][]holder
	back     map[holder][]holder
	methods  map[string][]*types.Func // of the script's own, by name
	literals []*ast.FuncLit
	writes   map[types.Object][]pathWrite

	carrying map[types.Type]bool
}

// holder is what can hold a reference: a types.Object (a variable, a field), an
// *ast.FuncLit (which holds what it captures), a result or an element.
type holder any

// result is the result of a function of an index.
type result struct {
	function any // *types.Func or *ast.FuncLit
	index    int
}

// element is whatever is in containers of a type.
type element struct{ container string }

func findFlows(s *source) *flows {
	f := &flows{
		source: s, edges: map[holder][]holder{}, back: map[holder][]holder{},
		methods: map[string][]*types.Func{}, writes: map[types.Object][]pathWrite{}, carrying: map[types.Type]bool{},
	}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if d, ok := declaration.(*ast.FuncDecl); ok && d.Recv != nil {
				method := s.info.Defs[d.Name].(*types.Func)
				f.methods[method.Name()] = append(f.methods[method.Name()], method)
			}
		}
	}
	for _, file := range s.files {
		var stack []ast.Node
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil {
				stack = stack[:len(stack)-1]
				return true
			}
			stack = append(stack, node)
			f.visit(node, stack)
			return true
		})
	}
	return f
}

func (f *flows) edge(from []holder, to holder) {
	if to == nil {
		return
	}
	for _, source := range from {
		if source != to && !slices.Contains(f.edges[source], to) {
			f.edges[source] = append(f.edges[source], to)
			f.back[to] = append(f.back[to], source)
		}
	}
}

// reached returns the holders that edges lead to, each with the one of roots
// that it was reached from first.
func reached[R comparable](roots []R, edges map[holder][]holder) map[holder]R {
	from := map[holder]R{}
	var queue []holder
	for _, root := range roots {
		if _, known := from[root]; !known {
			from[root] = root
			queue = append(queue, root)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, next := range edges[queue[0]] {
			if _, known := from[next]; !known {
				from[next] = from[queue[0]]
				queue = append(queue, next)
			}
		}
	}
	return from
}

func (f *flows) visit(node ast.Node, stack []ast.Node) {
	switch node := node.(type) {
	case *ast.ValueSpec:
		names := make([]ast.Expr, len(node.Names))
		for i, name := range node.Names {
			names[i] = name
		}
		f.assign(names, node.Values, stack)
		if enclosingFunction(stack) == nil && len(node.Names) == len(node.Values) {
			for i, name := range node.Names {
				f.keep(f.info.Defs[name], node.Values[i])
			}
		}
	case *ast.AssignStmt:
		if node.Tok == token.ASSIGN || node.Tok == token.DEFINE {
			f.assign(node.Lhs, node.Rhs, stack)
		}
	case *ast.RangeStmt:
		from := f.elements(node.X)
		if node.Key != nil {
			f.edge(from, f.target(node.Key))
		}
		if node.Value != nil {
			f.edge(from, f.target(node.Value))
		}
	case *ast.SendStmt:
		f.edge(f.origins(node.Value), f.elementOf(f.info.TypeOf(node.Chan)))
	case *ast.ReturnStmt:
		f.returns(node, stack)
	case *ast.CompositeLit:
		f.composite(node)
	case *ast.TypeSwitchStmt:
		f.typeSwitch(node)
	case *ast.FuncLit:
		f.literals = append(f.literals, node)
	case *ast.SelectorExpr:
		f.receiver(node)
	case *ast.CallExpr:
		f.call(node)
	}
}

func (f *flows) assign(targets, values []ast.Expr, stack []ast.Node) {
	switch {
	case len(values) == 0:
	case len(targets) == len(values):
		for i, target := range targets {
			f.edge(f.origins(values[i]), f.target(target))
			f.noteWrite(target, values[i], stack)
		}
	case f.results(values[0]) != nil:
		for i, target := range targets {
			f.edge([]holder{result{f.results(values[0]), i}}, f.target(target))
		}
	default: // v, ok := …
		f.edge(f.origins(values[0]), f.target(targets[0]))
		f.noteWrite(targets[0], values[0], stack)
	}
}

// keep notes what a literal keeps for a package variable, as deep as it goes.
func (f *flows) keep(variable types.Object, value ast.Expr) {
	if address, ok := ast.Unparen(value).(*ast.UnaryExpr); ok {
		value = address.X
	}
	literal, ok := ast.Unparen(value).(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, entry := range literal.Elts {
		if pair, ok := entry.(*ast.KeyValueExpr); ok {
			entry = pair.Value
		}
		f.back[variable] = append(f.back[variable], f.origins(entry)...)
		f.keep(variable, entry)
	}
}

// target returns the holder that an assignment to an expression assigns to.
func (f *flows) target(target ast.Expr) holder {
	if t := f.info.TypeOf(target); t != nil && !f.carries(t) {
		return nil
	}
	switch target := ast.Unparen(target).(type) {
	case *ast.Ident:
		if object, ok := f.info.ObjectOf(target).(*types.Var); ok && target.Name != "_" {
			return object
		}
	case *ast.SelectorExpr:
		if selection := f.info.Selections[target]; selection != nil {
			return fieldOf(selection)
		}
	case *ast.IndexExpr:
		return f.elementOf(f.info.TypeOf(target.X))
	}
	return nil
}

func fieldOf(selection *types.Selection) holder {
	if field, ok := selection.Obj().(*types.Var); ok {
		return field.Origin()
	}
	return nil
}

// elementOf returns the holder of what is in containers of a type, or nil.
// What is in an any is not followed: too much goes through one.
func (f *flows) elementOf(container types.Type) holder {
	elem := elementType(container)
	if elem == nil || types.IsInterface(elem) || !f.carries(elem) {
		return nil
	}
	return element{types.TypeString(container.Underlying(), nil)}
}

func elementType(container types.Type) types.Type {
	switch t := container.Underlying().(type) {
	case *types.Slice:
		return t.Elem()
	case *types.Array:
		return t.Elem()
	case *types.Map:
		return t.Elem()
	case *types.Chan:
		return t.Elem()
	case *types.Pointer:
		if array, ok := t.Elem().Underlying().(*types.Array); ok {
			return array.Elem()
		}
	}
	return nil
}

// elements returns where the references in a container's elements may come from.
func (f *flows) elements(container ast.Expr) []holder {
	from := f.origins(container)
	if own := f.elementOf(f.info.TypeOf(container)); own != nil {
		from = append(slices.Clone(from), own)
	}
	return from
}

// origins returns where the references in a value may come from.
func (f *flows) origins(value ast.Expr) []holder {
	if t := f.info.TypeOf(value); t == nil || !f.carries(t) {
		return nil
	}
	switch value := ast.Unparen(value).(type) {
	case *ast.Ident:
		if object, ok := f.info.ObjectOf(value).(*types.Var); ok {
			return []holder{object}
		}
	case *ast.FuncLit:
		return []holder{value}
	case *ast.SelectorExpr:
		if object, ok := f.info.Uses[value.Sel].(*types.Var); ok && packageLevel(object) != nil {
			return []holder{object}
		}
		if selection := f.info.Selections[value]; selection != nil && selection.Kind() == types.FieldVal {
			return append(slices.Clone(f.origins(value.X)), fieldOf(selection))
		}
	case *ast.IndexExpr:
		return f.elements(value.X)
	case *ast.SliceExpr:
		return f.origins(value.X)
	case *ast.StarExpr:
		return f.origins(value.X)
	case *ast.TypeAssertExpr:
		return f.origins(value.X)
	case *ast.UnaryExpr:
		switch value.Op {
		case token.AND:
			return f.memory(value.X)
		case token.ARROW:
			return f.elements(value.X)
		}
	case *ast.CallExpr:
		return f.resultOrigins(value)
	}
	return nil
}

func (f *flows) resultOrigins(call *ast.CallExpr) []holder {
	if function := f.results(call); function != nil {
		return []holder{result{function, 0}}
	}
	if len(call.Args) == 0 {
		return nil
	}
	isAppend := false
	if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && f.info.Types[call.Fun].IsBuiltin() {
		isAppend = name.Name == "append"
	}
	callee := calleeOf(f.info, call)
	if isAppend || f.info.Types[call.Fun].IsType() || callee != nil && returnsArgument[callee.FullName()] {
		return f.origins(call.Args[0])
	}
	return nil
}

// results returns the function of the script's that a call calls, if it is
// known before it runs.
func (f *flows) results(value ast.Expr) any {
	call, ok := ast.Unparen(value).(*ast.CallExpr)
	if !ok {
		return nil
	}
	if literal, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return literal
	}
	if callee := f.callee(call); callee != nil && callee.Pkg() == f.pkg && !isInterfaceMethod(callee) {
		return callee
	}
	return nil
}

// callee returns the function that a call names, as it was declared.
func (f *flows) callee(call *ast.CallExpr) *types.Func {
	if callee := calleeOf(f.info, call); callee != nil {
		return callee.Origin()
	}
	// With type arguments.
	var name ast.Expr
	switch function := ast.Unparen(call.Fun).(type) {
	case *ast.IndexExpr:
		name = function.X
	case *ast.IndexListExpr:
		name = function.X
	}
	if name, ok := name.(*ast.Ident); ok {
		if callee, ok := f.info.Uses[name].(*types.Func); ok {
			return callee.Origin()
		}
	}
	return nil
}

// memory returns the holders of references to the memory that an expression
// denotes; a local variable is nobody's but its own.
func (f *flows) memory(place ast.Expr) []holder {
	switch place := ast.Unparen(place).(type) {
	case *ast.Ident:
		if variable := packageLevel(f.info.ObjectOf(place)); variable != nil {
			return []holder{variable}
		}
	case *ast.SelectorExpr:
		if variable := packageLevel(f.info.Uses[place.Sel]); variable != nil {
			return []holder{variable}
		}
		if selection := f.info.Selections[place]; selection != nil && selection.Indirect() {
			return f.origins(place.X)
		}
		return f.memory(place.X)
	case *ast.IndexExpr:
		if _, isArray := f.info.TypeOf(place.X).Underlying().(*types.Array); isArray {
			return f.memory(place.X)
		}
		return f.origins(place.X)
	case *ast.StarExpr:
		return f.origins(place.X)
	}
	return nil
}

func (f *flows) returns(node *ast.ReturnStmt, stack []ast.Node) {
	var function any
	var signature *types.Signature
	switch enclosing := enclosingFunction(stack).(type) {
	case *ast.FuncLit:
		function, signature = enclosing, f.info.TypeOf(enclosing).(*types.Signature)
	case *ast.FuncDecl:
		declared := f.info.Defs[enclosing.Name].(*types.Func)
		function, signature = declared, declared.Signature()
	default:
		return
	}
	switch {
	case len(node.Results) == 0:
		for i := range signature.Results().Len() {
			f.edge([]holder{signature.Results().At(i)}, result{function, i})
		}
	case len(node.Results) == signature.Results().Len():
		for i, value := range node.Results {
			f.edge(f.origins(value), result{function, i})
		}
	case f.results(node.Results[0]) != nil:
		for i := range signature.Results().Len() {
			f.edge([]holder{result{f.results(node.Results[0]), i}}, result{function, i})
		}
	}
}

func enclosingFunction(stack []ast.Node) ast.Node {
	for i := len(stack) - 1; i >= 0; i-- {
		switch stack[i].(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return stack[i]
		}
	}
	return nil
}

func (f *flows) composite(node *ast.CompositeLit) {
	t := f.info.TypeOf(node)
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	structure, isStruct := t.Underlying().(*types.Struct)
	for i, entry := range node.Elts {
		pair, isPair := entry.(*ast.KeyValueExpr)
		if isPair {
			entry = pair.Value
		}
		switch {
		case !isStruct:
			f.edge(f.origins(entry), f.elementOf(t))
		case isPair:
			if field, ok := f.info.Uses[pair.Key.(*ast.Ident)].(*types.Var); ok {
				f.edge(f.origins(entry), field.Origin())
			}
		case i < structure.NumFields():
			f.edge(f.origins(entry), structure.Field(i).Origin())
		}
	}
}

func (f *flows) typeSwitch(node *ast.TypeSwitchStmt) {
	assignment, ok := node.Assign.(*ast.AssignStmt)
	if !ok {
		return
	}
	from := f.origins(assignment.Rhs[0].(*ast.TypeAssertExpr).X)
	for _, clause := range node.Body.List {
		if variable := f.info.Implicits[clause]; variable != nil && f.carries(variable.Type()) {
			f.edge(from, variable)
		}
	}
}

// receiver lets what a method is selected from flow into its receiver.
func (f *flows) receiver(node *ast.SelectorExpr) {
	selection := f.info.Selections[node]
	if selection == nil || selection.Kind() != types.MethodVal {
		return
	}
	method := selection.Obj().(*types.Func).Origin()
	from := f.origins(node.X)
	_, wantsPointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer)
	if _, hasPointer := f.info.TypeOf(node.X).Underlying().(*types.Pointer); wantsPointer && !hasPointer {
		from = append(slices.Clone(from), f.memory(node.X)...)
	}
	for _, own := range f.implementations(method) {
		if recv := own.Signature().Recv(); f.carries(recv.Type()) {
			f.edge(from, recv)
		}
	}
}

// implementations returns the methods of the script's own that a call of a
// method may run.
func (f *flows) implementations(method *types.Func) []*types.Func {
	if !isInterfaceMethod(method) {
		if method.Pkg() == f.pkg {
			return []*types.Func{method}
		}
		return nil
	}
	var found []*types.Func
	for _, own := range f.methods[method.Name()] {
		if types.Identical(own.Signature(), method.Signature()) {
			found = append(found, own)
		}
	}
	return found
}

func (f *flows) call(call *ast.CallExpr) {
	if f.info.Types[call.Fun].IsType() {
		return
	}
	if f.info.Types[call.Fun].IsBuiltin() {
		if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && name.Name == "append" && !call.Ellipsis.IsValid() {
			for _, argument := range call.Args[1:] {
				f.edge(f.origins(argument), f.elementOf(f.info.TypeOf(call)))
			}
		}
		return
	}
	if literal, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		f.arguments(call, f.info.TypeOf(literal).(*types.Signature))
		return
	}
	if callee := f.callee(call); callee != nil {
		if callee.Signature().Recv() == nil && callee.Pkg() == f.pkg {
			f.arguments(call, callee.Signature())
			return
		}
		for _, own := range f.implementations(callee) {
			f.arguments(call, own.Signature())
		}
	}
}

func (f *flows) arguments(call *ast.CallExpr, signature *types.Signature) {
	params := signature.Params()
	for i, argument := range call.Args {
		if params.Len() == 0 {
			return
		}
		param := params.At(min(i, params.Len()-1))
		if !f.carries(param.Type()) {
			continue
		}
		if signature.Variadic() && i >= params.Len()-1 && !call.Ellipsis.IsValid() {
			f.edge(f.origins(argument), f.elementOf(param.Type()))
			continue
		}
		f.edge(f.origins(argument), param)
	}
}

// carries reports whether values of a type can hold references to memory that
// others see.
func (f *flows) carries(t types.Type) bool {
	carries, known := f.carrying[t]
	if !known {
		f.carrying[t] = false // within itself a type adds nothing
		carries = f.carriesAny(t)
		f.carrying[t] = carries
	}
	return carries
}

func (f *flows) carriesAny(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return false
	case *types.Array:
		return f.carries(t.Elem())
	case *types.Struct:
		for field := range t.Fields() {
			if f.carries(field.Type()) {
				return true
			}
		}
		return false
	case *types.Tuple:
		return t.Len() > 0
	}
	return true
}
