package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// Switches over interfaces and assertions. The interpreter's own mix up the
// forms in which it keeps a value in an interface; its assertions to concrete
// types, and its type switches of one interface, do not.

// comparingInterface returns what makes conditions that a value of an interface
// is equal to another.
func (l *lowering) comparingInterface(t types.Type) func(string, ast.Expr) string {
	return func(value string, compared ast.Expr) string {
		if l.info.Types[compared].IsNil() {
			return value + " == nil"
		}
		if l.isOwnInterface(t) {
			value = l.emptied(t) + "(" + value + ")"
		}
		l.box(compared)
		return l.prefix + "guard.Equal(" + value + ", " + l.textOf(compared) + ")"
	}
}

// typeSwitch turns a type switch into one over assertions.
func (l *lowering) typeSwitch(node *ast.TypeSwitchStmt) {
	var assertion *ast.TypeAssertExpr
	bound := ""
	switch assign := node.Assign.(type) {
	case *ast.ExprStmt:
		assertion = assign.X.(*ast.TypeAssertExpr)
	case *ast.AssignStmt:
		assertion = assign.Rhs[0].(*ast.TypeAssertExpr)
		bound = assign.Lhs[0].(*ast.Ident).Name
	}
	from := l.info.TypeOf(assertion.X)
	l.tellApart(node, from)
	value := l.fresh()
	s := &switching{node: node, init: node.Init, body: node.Body, binding: fmt.Sprintf("%s := %s; ", value, l.textOf(assertion.X)), changed: true}
	for _, statement := range node.Body.List {
		clause := statement.(*ast.CaseClause)
		var conditions []string
		for _, wanted := range clause.List {
			text := value + " == nil"
			if !l.info.Types[wanted].IsNil() {
				text = l.isType(from, l.info.TypeOf(wanted)) + "(" + value + ")"
			}
			conditions = append(conditions, text)
		}
		s.heads = append(s.heads, strings.Join(conditions, " || "))
		if object := l.info.Implicits[clause]; object == nil || !l.uses.isUsed[object] {
			continue
		}
		binding := fmt.Sprintf(" %s := %s; ", bound, value)
		if len(clause.List) == 1 && !l.info.Types[clause.List[0]].IsNil() {
			binding = fmt.Sprintf(" %s := %s; ", bound, l.asserted(from, l.info.TypeOf(clause.List[0]), value))
		}
		l.edits.insertFirst(l.offset(clause.Colon)+1, binding)
	}
	l.writeSwitch(s)
}

// isType returns a function that tells whether an interface value is of a type.
func (l *lowering) isType(from, wanted types.Type) string {
	if isFound(wanted) {
		return l.helper(fmt.Sprintf("(x %s) bool { _, ok := %s(x); return ok }", l.typeText(from), l.asInterface(from, wanted, true)), wanted)
	}
	return l.helper(fmt.Sprintf("(x %s) bool { _, ok := %s.(%s); return ok }", l.typeText(from), l.bared(from, wanted, "x"), l.assertedType(wanted)), wanted)
}

// asserted returns an expression for a value that is known to be of a type.
func (l *lowering) asserted(from, wanted types.Type, value string) string {
	if isFound(wanted) {
		return l.asInterface(from, wanted, false) + "(" + value + ")"
	}
	return l.bared(from, wanted, value) + ".(" + l.assertedType(wanted) + ")"
}

// assertedType returns the text of a type in an assertion. For error it is the
// host's: the interpreter does not find the host's errors by its own.
func (l *lowering) assertedType(wanted types.Type) string {
	if types.Identical(wanted, errorType) {
		return l.prefix + "guard.Error"
	}
	return l.typeText(wanted)
}

// isFound reports whether an assertion is to an interface that values of the
// script's types have to be found for. The interpreter's own assertion to one
// finds none, or too many, and fails where there is no value.
func isFound(wanted types.Type) bool {
	return types.IsInterface(wanted) && !isEmptyInterface(wanted)
}

// implementers returns the types of the script that a value in an interface can
// have and that implement another. Of a struct in an empty interface the
// interpreter knows the type alone, not its methods.
func (l *lowering) implementers(from, wanted types.Type) []types.Type {
	face := wanted.Underlying().(*types.Interface)
	var found []types.Type
	scope := l.pkg.Scope()
	for _, name := range scope.Names() {
		declared, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || declared.IsAlias() || types.IsInterface(declared.Type()) {
			continue
		}
		// In an empty interface, a value of a named type that is no struct looks
		// like one of its underlying type: only an interface of the script's own
		// is not likely to be asked of that.
		if !isStruct(declared.Type()) && !l.isBoxed(declared.Type()) && isEmptyInterface(from) && !l.isOwnInterface(wanted) {
			continue
		}
		for _, t := range []types.Type{declared.Type(), types.NewPointer(declared.Type())} {
			if t != declared.Type() && l.isBoxed(declared.Type()) && isEmptyInterface(from) && !l.isOwnInterface(wanted) {
				continue
			}
			if types.Implements(t, face) && types.Implements(t, from.Underlying().(*types.Interface)) {
				found = append(found, t)
			}
		}
	}
	return found
}

// asInterface returns a function that asserts an interface.
func (l *lowering) asInterface(from, wanted types.Type, isPair bool) string {
	t, x := l.typeText(wanted), l.typeText(from)
	if !isPair {
		return l.helper(fmt.Sprintf("(x %s) %s { r, ok := %s(x); if !ok { panic(%q) }; return r }", x, t, l.asInterface(from, wanted, true),
			"interface conversion: the value is not "+strings.ReplaceAll(t, l.prefix, "")), wanted)
	}
	var steps strings.Builder
	if l.isOwnInterface(from) {
		steps.WriteString("if x == nil { return r, ok }; ")
	}
	for _, implementer := range l.implementers(from, wanted) {
		fmt.Fprintf(&steps, "if v, is := %s.(%s); is { return %s(v), true }; ", l.bareX(from, implementer), l.typeText(implementer), l.identity(implementer, wanted))
	}
	rest := "x" // for values of the host's types
	if l.isOwnInterface(from) {
		rest = "y"
		fmt.Fprintf(&steps, "y := %sguard.Any(x); ", l.prefix)
	}
	if l.isOwnInterface(wanted) {
		fmt.Fprintf(&steps, "if %s == nil { return r, ok }; %sreturn r, ok", rest, l.adapted(rest, wanted))
	} else {
		fmt.Fprintf(&steps, "if %[1]s != nil { r, ok = %[1]s.(%[2]s) }; return r, ok", rest, l.assertedType(wanted))
	}
	return l.helper(fmt.Sprintf("(x %s) (%s, bool) { var r %s; var ok bool; %s }", x, t, t, &steps), wanted)
}

// bareX returns the expression for x that is asserted to be of a type.
func (l *lowering) bareX(from, implementer types.Type) string {
	if before, after := l.baring(from, implementer); before != "" {
		return before + "x" + after
	}
	if l.isOwnInterface(from) {
		return "x"
	}
	return l.prefix + "guard.Bare(x)"
}

// assertion lowers assertions to interfaces, and to types whose values may be
// in a wrapper.
func (l *lowering) assertion(node *ast.TypeAssertExpr) {
	if node.Type == nil {
		return
	}
	from, wanted := l.info.TypeOf(node.X), l.info.TypeOf(node.Type)
	if isFound(wanted) {
		_, isPair := l.info.TypeOf(node).(*types.Tuple)
		l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), l.asInterface(from, wanted, isPair)+"(("+l.textOf(node.X)+"))")
		return
	}
	if isEmptyInterface(wanted) && !isEmptyInterface(from) && !l.isHostInterface(from) {
		_, isPair := l.info.TypeOf(node).(*types.Tuple)
		l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), l.asEmpty(from, isPair)+"(("+l.textOf(node.X)+"))")
		return
	}
	if types.Identical(wanted, errorType) {
		l.edits.replace(l.offset(node.Type.Pos()), l.offset(node.Type.End()), l.assertedType(wanted))
		return
	}
	before, after := l.baring(from, wanted)
	l.edits.insertFirst(l.offset(node.X.Pos()), before)
	l.edits.insert(l.offset(node.X.End()), after)
}

// asEmpty returns a function that asserts the empty interface of one of the
// script's: the interpreter finds no type for that.
func (l *lowering) asEmpty(from types.Type, isPair bool) string {
	if isPair {
		return l.helper(fmt.Sprintf("(x %s) (interface{}, bool) { if x == nil { return nil, false }; return %s(x), true }", l.typeText(from), l.emptied(from)), from)
	}
	return l.helper(fmt.Sprintf("(x %s) interface{} { if x == nil { panic(%q) }; return %s(x) }", l.typeText(from),
		"interface conversion: interface is nil, not interface {}", l.emptied(from)), from)
}

// isOwnInterface reports whether a type is an interface with methods that the
// script declares.
func (l *lowering) isOwnInterface(t types.Type) bool {
	face, ok := t.Underlying().(*types.Interface)
	if !ok || face.NumMethods() == 0 {
		return false
	}
	named, ok := types.Unalias(t).(*types.Named)
	return !ok || named.Obj().Pkg() == l.pkg
}

func isEmptyInterface(t types.Type) bool {
	face, ok := t.Underlying().(*types.Interface)
	return ok && face.NumMethods() == 0
}
