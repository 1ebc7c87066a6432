package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"gatehouse/runtime/script/symbols"
)

// What the interpreter gets wrong about values: a comparison that becomes an
// interface, structs that are not copied where they become one or go into a
// map or channel, pointers in interfaces that differ from themselves.

// wrap puts an expression into a call.
func (l *lowering) wrap(operand ast.Expr, function string) {
	opening, closing := "(", ")"
	if function != "" && l.isOwnInterface(types.Default(l.info.TypeOf(operand))) {
		opening, closing = "((", "))" // see asArgument
	}
	l.edits.insertFirst(l.offset(operand.Pos()), function+opening)
	l.edits.insert(l.offset(operand.End()), closing)
}

// asArgument puts parentheses around an argument that is passed as an interface
// of the script's. Where it is a call, the interpreter would wrap its result as
// that of whatever function it has seen by then, and find no type in it again.
// A bare nil it would take for a value.
func (l *lowering) asArgument(argument ast.Expr, target types.Type) {
	switch {
	case !l.isOwnInterface(target):
	case l.info.Types[argument].IsNil():
		l.edits.replace(l.offset(argument.Pos()), l.offset(argument.End()), l.typedNil(target))
	default:
		l.wrap(argument, "")
	}
}

// identity returns a function from a type to another that it is assignable to.
func (l *lowering) identity(from, to types.Type) string {
	if types.IsInterface(to) {
		l.promote(from, to)
	}
	return l.helper(fmt.Sprintf("(v %s) %s { return %s }", l.typeText(from), l.typeText(to), l.wrapped(from, to)), from)
}

// stored lowers an operand that is stored as a value of a type. isShared is
// set where the interpreter keeps the operand's own memory: maps, channels.
func (l *lowering) stored(operand ast.Expr, target types.Type, isShared bool) {
	source := l.info.TypeOf(operand)
	if source == nil || target == nil {
		return
	}
	if isEmptyInterface(target) && types.IsInterface(source) && !isEmptyInterface(source) && !l.isHostInterface(source) {
		l.wrap(operand, l.emptied(source))
		return
	}
	toInterface := types.IsInterface(target) && !types.IsInterface(source)
	if !toInterface && !isShared || !l.isReachable(source) {
		return
	}
	if toInterface && isEmptyInterface(target) {
		l.checkJSON(operand, false)
	}
	if l.info.Types[operand].IsNil() || toInterface && isEmptyInterface(target) && l.box(operand) {
		return
	}
	if toInterface && !isEmptyInterface(target) {
		l.wrap(operand, l.identity(source, target))
		return
	}
	if toInterface && (isStruct(source) || l.isOwn(source) && l.hasMethods(source)) {
		// The interpreter would keep a form of its own, which the host cannot read.
		l.wrap(operand, l.prefix+"guard.Any")
		return
	}
	if value := l.info.Types[operand].Value; value != nil {
		if toInterface && isBoolean(source) && l.isComputed(operand) {
			l.edits.replace(l.offset(operand.Pos()), l.offset(operand.End()), value.String()+lines(l.textOf(operand)))
		}
		return
	}
	switch {
	case l.isAliased(source, toInterface) && isPlace(operand):
		l.wrap(operand, "*"+l.copier(source))
	case toInterface && l.isComputed(operand):
		t := types.Default(source)
		l.wrap(ast.Unparen(operand), l.identity(t, t))
	}
}

func (l *lowering) hasMethods(t types.Type) bool { return types.NewMethodSet(t).Len() > 0 }

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// isReachable reports whether the joined source can write a type: a value may
// have one of a package that keeps it from scripts.
func (l *lowering) isReachable(t types.Type) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg() == l.pkg {
		return true
	}
	return symbols.Offers(named.Obj().Pkg().Path(), named.Obj().Name())
}

func isBoolean(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsBoolean != 0
}

// isAliased reports whether the interpreter keeps the memory of an operand of
// a type instead of a copy: that of structs and arrays, and in interfaces that
// of anything that has methods of the script's.
func (l *lowering) isAliased(t types.Type, toInterface bool) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	if !toInterface {
		return false
	}
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() == l.pkg && types.NewMethodSet(types.NewPointer(named)).Len() > 0
}

// copier returns a function that returns a pointer to a copy.
func (l *lowering) copier(t types.Type) string {
	text := l.typeText(t)
	return l.helper(fmt.Sprintf("(v %s) *%s { return &v }", text, text), t)
}

// helper returns the name of a function with such a signature and body, or the
// function itself where its type cannot be named outside.
func (l *lowering) helper(body string, t types.Type) string {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if !l.isNameable(t) {
		return "func" + body
	}
	name, isKnown := l.helpers[body]
	if !isKnown {
		name = l.fresh()
		l.helpers[body] = name
		fmt.Fprintf(&l.added, "func %s%s\n", name, body)
	}
	return name
}

// isComputed reports whether an expression is the result of an operator or of a
// builtin function. The interpreter computes such straight into the place that
// the value goes to, by the operation of that place's type: for an interface
// there is none, and the function ends without a word, or the value is another.
func (l *lowering) isComputed(operand ast.Expr) bool {
	switch operand := ast.Unparen(operand).(type) {
	case *ast.Ident:
		_, isFunction := l.info.Uses[operand].(*types.Func)
		return isFunction
	case *ast.BinaryExpr:
		return true
	case *ast.UnaryExpr:
		return operand.Op != token.AND
	case *ast.CallExpr:
		return l.info.Types[operand.Fun].IsBuiltin()
	}
	return false
}

// isPlace reports whether an expression is memory that may change later: the
// result of a call is kept in a place that the next such call writes to.
func isPlace(operand ast.Expr) bool {
	switch operand := ast.Unparen(operand).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr, *ast.StarExpr, *ast.CallExpr, *ast.TypeAssertExpr:
		return true
	case *ast.UnaryExpr:
		return operand.Op == token.AND
	}
	return false
}

// severally puts parentheses around the values of a statement that assigns or
// defines several, once these are rewritten. Without, the interpreter has a call,
// a receive or a literal put its value into the variable at once, before the
// other values are read, and forgets those.
func (l *lowering) severally(values []ast.Expr) {
	if len(values) < 2 {
		return
	}
	for _, value := range values {
		written := string(l.edits.text[l.offset(value.Pos()):l.offset(value.End())])
		switch value.(type) {
		case *ast.CallExpr, *ast.CompositeLit, *ast.UnaryExpr, *ast.TypeAssertExpr:
			l.wrap(value, "")
		default:
			if l.textOf(value) != written { // it may be a call now
				l.wrap(value, "")
			}
		}
	}
}

func (l *lowering) assignment(node *ast.AssignStmt) {
	defer l.severally(node.Rhs)
	isDefinition := node.Tok == token.DEFINE && !l.redefines(node)
	if isDefinition {
		l.defines(node.Lhs, node.Rhs)
	}
	if len(node.Lhs) != len(node.Rhs) {
		l.severalTo(node.Rhs[0], func(i int) types.Type { return l.info.TypeOf(node.Lhs[i]) })
		l.missing(node)
		return
	}
	if node.Tok != token.ASSIGN && node.Tok != token.DEFINE {
		return
	}
	for i, target := range node.Lhs {
		if len(node.Lhs) > 1 && l.isEmptyInTuple(target, node.Rhs[i]) {
			l.inTuple(node.Rhs[i])
			if index, isMap := l.mapEntry(target); isMap {
				l.mapInTuple(node, index)
			}
			continue
		}
		if len(node.Lhs) > 1 && l.info.Types[node.Rhs[i]].IsNil() && l.info.TypeOf(target) != nil {
			l.edits.replace(l.offset(node.Rhs[i].Pos()), l.offset(node.Rhs[i].End()), l.typedNil(l.info.TypeOf(target)))
		}
		index, isMap := l.mapEntry(target)
		if !isDefinition {
			l.stored(node.Rhs[i], l.info.TypeOf(target), isMap)
		}
		if isMap && len(node.Lhs) > 1 {
			l.mapInTuple(node, index)
		}
	}
}

// mapEntry returns a target as the entry of a map, where it is one.
func (l *lowering) mapEntry(target ast.Expr) (*ast.IndexExpr, bool) {
	index, ok := ast.Unparen(target).(*ast.IndexExpr)
	if !ok {
		return nil, false
	}
	_, isMap := l.info.TypeOf(index.X).Underlying().(*types.Map)
	return index, isMap
}

// isEmptyInTuple reports whether an assignment of several puts a value into an
// empty interface that is one already or has to become one: by itself, the
// interpreter would want such in its form of interfaces with methods. As the
// result of a function of the host it is a plain value.
func (l *lowering) isEmptyInTuple(target, value ast.Expr) bool {
	t, source := l.info.TypeOf(target), l.info.TypeOf(value)
	if name, ok := target.(*ast.Ident); ok && name.Name == "_" || t == nil {
		return false
	}
	return isEmptyInterface(t) && (l.info.Types[value].IsNil() || types.IsInterface(source) || l.isOwn(source))
}

// inTuple makes such a value of one.
func (l *lowering) inTuple(value ast.Expr) {
	switch t := l.info.TypeOf(value); {
	case l.isBoxed(t):
		l.wrap(value, l.boxer(t))
	case l.isOwnInterface(t):
		l.wrap(value, l.emptied(t))
	}
	l.wrap(value, l.prefix+"guard.Any")
}

// typedNil returns a nil of a type, for an assignment of several: the
// interpreter cannot give nil itself a type there.
func (l *lowering) typedNil(t types.Type) string {
	text := l.typeText(t)
	if !l.isNameable(t) {
		// In parentheses, as what is apart.
		return "(func() " + text + " { var v " + text + "; return v }())"
	}
	return l.zero(t)
}

// values returns the texts of what a return returns, for an assignment.
func (l *lowering) values(node *ast.ReturnStmt, signature *types.Signature) string {
	var values []string
	for i, value := range node.Results {
		text := l.textOf(value)
		if len(node.Results) > 1 && l.info.Types[value].IsNil() {
			text = l.typedNil(signature.Results().At(i).Type())
		}
		values = append(values, text)
	}
	return strings.Join(values, ", ")
}

// mapInTuple refuses an assignment of several that assigns to a map under a
// key that it assigns too: the interpreter takes the key's new value.
func (l *lowering) mapInTuple(node *ast.AssignStmt, target *ast.IndexExpr) {
	for _, other := range node.Lhs {
		name, ok := other.(*ast.Ident)
		if !ok {
			continue
		}
		assigned := l.info.ObjectOf(name)
		ast.Inspect(target, func(inner ast.Node) bool {
			if used, ok := inner.(*ast.Ident); ok && assigned != nil && l.info.Uses[used] == assigned {
				l.refuse(node.Pos(), "services cannot assign to %s and to a map under it in one statement: use two", name.Name)
			}
			return true
		})
	}
}

var (
	errorType      = types.Universe.Lookup("error").Type()
	errorInterface = errorType.Underlying().(*types.Interface)
)

func (l *lowering) returned(node *ast.ReturnStmt) {
	_, signature := l.enclosing()
	if signature == nil || len(node.Results) != signature.Results().Len() {
		if signature != nil && len(node.Results) == 1 {
			l.severalTo(node.Results[0], func(i int) types.Type { return signature.Results().At(i).Type() })
		}
		return
	}
	for i, result := range node.Results {
		target := signature.Results().At(i).Type()
		if _, isCall := ast.Unparen(result).(*ast.CallExpr); isCall && i > 0 && types.IsInterface(target) && !l.info.Types[result].IsNil() &&
			types.Identical(l.info.TypeOf(result), signature.Results().At(0).Type()) && !types.IsInterface(l.info.TypeOf(result)) {
			// The interpreter would take the place of the first result for it.
			l.wrap(result, l.identity(l.info.TypeOf(result), target))
			continue
		}
		l.stored(result, target, false)
	}
}

func (l *lowering) composite(node *ast.CompositeLit) {
	t := l.info.TypeOf(node).Underlying()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem().Underlying()
		if !isStruct(t) {
			l.edits.insertFirst(l.offset(node.Pos()), l.copier(pointer.Elem())+"("+l.typeText(pointer.Elem()))
			l.edits.insert(l.offset(node.End()), ")")
		}
	}
	for i, element := range node.Elts {
		pair, isPair := element.(*ast.KeyValueExpr)
		value := element
		if isPair {
			value = pair.Value
		}
		switch t := t.(type) {
		case *types.Map:
			l.stored(pair.Key, t.Key(), true)
			l.stored(value, t.Elem(), true)
		case *types.Slice:
			l.stored(value, t.Elem(), false)
		case *types.Array:
			l.stored(value, t.Elem(), false)
		case *types.Struct:
			field := t.Field(min(i, t.NumFields()-1))
			if isPair {
				field, _ = l.info.Uses[pair.Key.(*ast.Ident)].(*types.Var)
			}
			if field != nil {
				l.stored(value, field.Type(), false)
			}
		}
	}
}

func (l *lowering) valueSpec(node *ast.ValueSpec) {
	if function, _ := l.enclosing(); function != nil && len(node.Values) == 0 {
		for _, name := range node.Names {
			if name.Name == "_" { // which the interpreter would take for a value
				l.edits.replace(l.offset(name.Pos()), l.offset(name.End()), l.fresh())
			}
		}
	}
	defer l.severally(node.Values)
	if len(node.Values) > 0 {
		names := make([]ast.Expr, len(node.Names))
		for i, name := range node.Names {
			names[i] = name
		}
		l.defines(names, node.Values)
	}
	if node.Type == nil || len(node.Values) != len(node.Names) {
		if node.Type != nil && len(node.Values) == 1 {
			l.severalTo(node.Values[0], func(int) types.Type { return l.info.TypeOf(node.Type) })
		}
		if function, _ := l.enclosing(); function != nil && len(node.Values) == 1 {
			if tuple, ok := l.leaves(node.Values[0]); ok {
				l.byCall(node.Values[0], tuple)
			}
		}
		return
	}
	for _, value := range node.Values {
		l.stored(value, l.info.TypeOf(node.Type), false)
	}
}

// comparison has the host compare interfaces.
func (l *lowering) comparison(node *ast.BinaryExpr) {
	if node.Op != token.EQL && node.Op != token.NEQ || !l.comparesInterfaces(node.X, node.Y) {
		return
	}
	not := ""
	if node.Op == token.NEQ {
		not = "!"
	}
	l.box(node.X)
	l.box(node.Y)
	l.edits.insertFirst(l.offset(node.X.Pos()), not+l.prefix+"guard.Equal(")
	l.edits.replace(l.offset(node.OpPos), l.offset(node.OpPos)+2, ",")
	l.edits.insert(l.offset(node.Y.End()), ")")
}

func (l *lowering) comparesInterfaces(x, y ast.Expr) bool {
	if l.info.Types[x].IsNil() || l.info.Types[y].IsNil() {
		return false
	}
	return types.IsInterface(l.info.TypeOf(x)) || types.IsInterface(l.info.TypeOf(y))
}

// mapKey refuses maps whose keys are interfaces with methods: what the
// interpreter keeps in one is never found again.
func (l *lowering) mapKey(node *ast.MapType) {
	if key := l.info.TypeOf(node.Key); types.IsInterface(key) && !isEmptyInterface(key) {
		l.refuse(node.Pos(), "services cannot have a map with keys of the interface %s: use any, or a type that is no interface",
			strings.ReplaceAll(l.typeText(key), l.prefix, ""))
	}
}

// literalAddress has a pointer to a literal that is no struct be one to a new
// variable: to the interpreter there is one such literal, however often it runs.
func (l *lowering) literalAddress(node *ast.UnaryExpr) {
	literal, ok := ast.Unparen(node.X).(*ast.CompositeLit)
	if node.Op != token.AND || !ok || isStruct(l.info.TypeOf(literal)) {
		return
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.Pos())+1, l.copier(l.info.TypeOf(literal))+"(")
	l.edits.insert(l.offset(node.End()), ")")
}
