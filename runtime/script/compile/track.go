package compile

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// The tracker: before each statement that can panic, its site is written
// through a pointer of the host's, which costs next to nothing. A statement in
// which a function of the script returns before something else can panic notes
// its site again after that call.

// site returns the index of a position's site, or 0 for code that is not the
// author's.
func (l *lowering) site(pos token.Pos) int {
	at := l.position(pos)
	if at.Filename == libraryFile || !at.IsValid() {
		return 0
	}
	site := Site{File: at.Filename, Line: at.Line, Function: l.function()}
	index, isKnown := l.known[site]
	if !isKnown {
		index = len(l.sites)
		l.sites = append(l.sites, site)
		l.known[site] = index
	}
	return index
}

// function names the function around the node at hand.
func (l *lowering) function() string {
	for _, node := range l.stack {
		if f, ok := node.(*ast.FuncDecl); ok {
			return l.functionName(f)
		}
	}
	return ""
}

func (l *lowering) functionName(f *ast.FuncDecl) string {
	name := l.authorsName(f.Name)
	if f.Recv == nil {
		return name
	}
	switch t := f.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if receiver, ok := t.X.(*ast.Ident); ok {
			return "(*" + l.authorsName(receiver) + ")." + name
		}
	case *ast.Ident:
		return l.authorsName(t) + "." + name
	}
	return name
}

// instanceName is the name of what generic code is written out to.
var instanceName = regexp.MustCompile(`^(\w+)_\d+$`)

// authorsName returns the name that the author gave to a function or type, or ""
// where it is not the author's.
func (l *lowering) authorsName(name *ast.Ident) string {
	added, isAdded := strings.CutPrefix(name.Name, l.prefix)
	if !isAdded {
		return name.Name
	}
	if own, isRenamed := strings.CutPrefix(added, ownPrefix); isRenamed {
		return own
	}
	if parts := instanceName.FindStringSubmatch(added); parts != nil {
		return parts[1]
	}
	return ""
}

// plan decides, before the statements of a list are rewritten, which of them
// note their sites, and which calls in them note them again.
func (l *lowering) plan(node ast.Node) {
	var list []ast.Stmt
	switch node := node.(type) {
	case *ast.BlockStmt:
		list = node.List
	case *ast.CaseClause:
		list = node.Body
	case *ast.CommClause:
		list = node.Body
	case *ast.ValueSpec:
		l.planVariable(node)
	}
	for _, statement := range list {
		if site := l.riskySite(statement); site > 0 {
			l.noted[statement] = site
		}
	}
}

// track notes the sites of those statements of a list that can panic.
func (l *lowering) track(list []ast.Stmt) {
	for _, statement := range list {
		if site := l.noted[statement]; site > 0 {
			l.edits.insertFirst(l.offset(statement.Pos()), fmt.Sprintf("*%sat = %d; ", l.prefix, site))
		}
	}
}

func (l *lowering) riskySite(statement ast.Stmt) int {
	for {
		labelled, ok := statement.(*ast.LabeledStmt)
		if !ok {
			break
		}
		statement = labelled.Stmt
	}
	// The parts of the statement itself; blocks in it look after themselves.
	var parts []ast.Node
	add := func(node ast.Node) { parts = append(parts, node) }
	switch statement := statement.(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt, *ast.BranchStmt:
		return 0
	case *ast.IfStmt:
		if statement.Init != nil {
			add(statement.Init)
		}
		add(statement.Cond)
	case *ast.ForStmt:
		if statement.Init != nil {
			add(statement.Init)
		}
	case *ast.RangeStmt:
		add(statement.X)
		if l.isRangeFunction(statement) {
			return l.site(statement.Pos())
		}
	case *ast.SwitchStmt:
		if statement.Init != nil {
			add(statement.Init)
		}
		if statement.Tag != nil {
			add(statement.Tag)
		}
		for _, clause := range statement.Body.List {
			for _, value := range clause.(*ast.CaseClause).List {
				add(value)
			}
		}
	case *ast.TypeSwitchStmt:
		if statement.Init != nil {
			add(statement.Init)
		}
		add(statement.Assign)
	case *ast.SelectStmt:
		for _, clause := range statement.Body.List {
			if comm := clause.(*ast.CommClause).Comm; comm != nil {
				add(comm)
			}
		}
	default:
		add(statement)
	}
	site := 0
	for _, part := range parts {
		risks := l.risks(part)
		if len(risks) > 0 {
			site = l.site(statement.Pos())
			l.noteAgain(part, risks, site)
		}
	}
	return site
}

// noteAgain has the site noted again after a call of the script's own that
// something risky comes after.
func (l *lowering) noteAgain(part ast.Node, risks []ast.Node, site int) {
	if site == 0 {
		return
	}
	assignment, isAssignment := part.(*ast.AssignStmt)
	inspectOwn(part, func(node ast.Node) {
		call, ok := node.(*ast.CallExpr)
		if !ok || !l.runsScript(call) {
			return
		}
		if _, isTuple := l.info.TypeOf(call).(*types.Tuple); isTuple {
			return
		}
		isFollowed := false
		for _, risk := range risks {
			isWithin := risk.Pos() >= call.Pos() && risk.End() <= call.End()
			isTarget := isAssignment && risk.End() <= assignment.TokPos && call.Pos() > assignment.TokPos
			if !isWithin && risk != node && (risk.End() > call.End() || isTarget) {
				isFollowed = true
			}
		}
		if !isFollowed {
			return
		}
		l.noted[call] = site
	})
}

// noteAfter has a call followed by a note of its site, if that was planned.
func (l *lowering) noteAfter(call *ast.CallExpr) {
	if site := l.noted[call]; site > 0 {
		v, t := l.fresh(), l.typeText(l.info.TypeOf(call))
		l.wrap(call, fmt.Sprintf("func(%[1]s %[2]s) %[2]s { *%[3]sat = %[4]d; return %[1]s }", v, t, l.prefix, site))
	}
}

// inspectOwn visits the nodes of a statement that are not in functions or
// blocks within.
func inspectOwn(part ast.Node, visit func(ast.Node)) {
	ast.Inspect(part, func(node ast.Node) bool {
		switch node.(type) {
		case nil:
			return true
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		}
		visit(node)
		return true
	})
}

// runsScript reports whether a call runs a function of the script's, as far as
// that can be told.
func (l *lowering) runsScript(call *ast.CallExpr) bool {
	if l.info.Types[call.Fun].IsType() || l.info.Types[call.Fun].IsBuiltin() {
		return false
	}
	callee := calleeOf(l.info, call)
	return callee == nil || callee.Pkg() == l.pkg || isInterfaceMethod(callee)
}

func isInterfaceMethod(f *types.Func) bool {
	recv := f.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}

// calleeOf returns the function or method that a call names, or nil where it
// is a value.
func calleeOf(info *types.Info, call *ast.CallExpr) *types.Func {
	switch callee := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		f, _ := info.Uses[callee].(*types.Func)
		return f
	case *ast.SelectorExpr:
		f, _ := info.Uses[callee.Sel].(*types.Func)
		return f
	}
	return nil
}

// calm are packages whose functions and methods do not panic, whatever they
// are given.
var calm = map[string]bool{
	"errors": true, "fmt": true, "log/slog": true, "math": true, "strconv": true, "unicode": true,
	"unicode/utf8": true, "html": true, "gatehouse/runtime/service": true, "gatehouse/runtime/sso": true,
}

// panicking are the functions of calm packages that do panic.
var panicking = map[string]bool{
	"errors.As":         true,                                                                                    // for a target that is nil or no pointer
	"strconv.FormatInt": true, "strconv.FormatUint": true, "strconv.AppendInt": true, "strconv.AppendUint": true, // for an odd base
	"strconv.FormatFloat": true, "strconv.AppendFloat": true, "strconv.FormatComplex": true, // for an odd size
}

// risks returns the nodes of a statement that can panic, except for calls of
// the script's own functions: what panics there is noted there.
func (l *lowering) risks(part ast.Node) []ast.Node {
	var found []ast.Node
	inspectOwn(part, func(node ast.Node) {
		if l.isRisky(node) {
			found = append(found, node)
		}
	})
	return found
}

func (l *lowering) isRisky(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.IndexExpr:
		// Reading a map cannot panic unless its key is an interface; writing
		// to a nil map does, and is not told apart.
		return !l.info.Types[node].IsType()
	case *ast.SliceExpr:
		return true
	case *ast.StarExpr:
		return !l.info.Types[node].IsType()
	case *ast.SelectorExpr:
		return l.dereferences(node)
	case *ast.TypeAssertExpr:
		return true
	case *ast.SendStmt:
		return true
	case *ast.BinaryExpr:
		return l.isRiskyOperation(node.Op, node.X, node.Y)
	case *ast.AssignStmt:
		switch node.Tok {
		case token.QUO_ASSIGN, token.REM_ASSIGN, token.SHL_ASSIGN, token.SHR_ASSIGN:
			return true
		}
	case *ast.CallExpr:
		return l.isRiskyCall(node)
	}
	return false
}

// dereferences reports whether a selector goes through a pointer that may be
// nil. The receiver of a method is taken to be there.
func (l *lowering) dereferences(node *ast.SelectorExpr) bool {
	selection := l.info.Selections[node]
	if selection == nil {
		return false
	}
	if name, ok := node.X.(*ast.Ident); ok && l.isReceiver(name) && len(selection.Index()) <= 2 {
		return false
	}
	if types.IsInterface(selection.Recv()) {
		return true
	}
	if selection.Kind() == types.FieldVal {
		_, isPointer := selection.Recv().Underlying().(*types.Pointer)
		return isPointer || selection.Indirect()
	}
	// A method: with a value receiver, a pointer is dereferenced.
	_, wantsPointer := selection.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
	return selection.Indirect() && !wantsPointer || len(selection.Index()) > 1 && selection.Indirect()
}

func (l *lowering) isReceiver(name *ast.Ident) bool {
	object := l.info.Uses[name]
	for _, node := range l.stack {
		if f, ok := node.(*ast.FuncDecl); ok && f.Recv != nil && len(f.Recv.List[0].Names) > 0 {
			return object != nil && l.info.Defs[f.Recv.List[0].Names[0]] == object && l.embedsService(object.Type())
		}
	}
	return false
}

func (l *lowering) embedsService(t types.Type) bool {
	embedded, _, _ := types.LookupFieldOrMethod(t, true, l.pkg, "Service")
	field, ok := embedded.(*types.Var)
	return ok && isService(field.Type())
}

func (l *lowering) isRiskyOperation(op token.Token, x, y ast.Expr) bool {
	switch op {
	case token.QUO, token.REM:
		if basic, ok := l.info.TypeOf(x).Underlying().(*types.Basic); ok && basic.Info()&types.IsInteger == 0 {
			return false
		}
		value := l.info.Types[y].Value
		return value == nil || constant.Sign(value) == 0
	case token.SHL, token.SHR:
		return l.info.Types[y].Value == nil
	case token.EQL, token.NEQ:
		isNil := l.info.Types[x].IsNil() || l.info.Types[y].IsNil()
		return !isNil && (types.IsInterface(l.info.TypeOf(x)) || types.IsInterface(l.info.TypeOf(y)))
	}
	return false
}

func (l *lowering) isRiskyCall(call *ast.CallExpr) bool {
	if l.info.Types[call.Fun].IsType() {
		_, isSlice := l.info.TypeOf(call.Args[0]).Underlying().(*types.Slice)
		return isSlice
	}
	if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
		if builtin, ok := l.info.Uses[name].(*types.Builtin); ok {
			switch builtin.Name() {
			case "panic", "close", "make":
				return true
			}
			return false
		}
	}
	callee := calleeOf(l.info, call)
	switch {
	case callee == nil, isInterfaceMethod(callee):
		return true
	case callee.Pkg() == l.pkg:
		// The script's own functions note where they are; the library's do not.
		return l.position(callee.Pos()).Filename == libraryFile
	case panicking[callee.FullName()]:
		return true
	case callee.Pkg() != nil && calm[callee.Pkg().Path()] && l.isChecked(call):
		return true
	case callee.Pkg() != nil && calm[callee.Pkg().Path()]:
		return false
	}
	return true
}

// condition notes the site in the condition of a loop that can panic: it is
// evaluated again after the body.
func (l *lowering) condition(condition ast.Expr) {
	if condition == nil || len(l.risks(condition)) == 0 {
		return
	}
	if site := l.site(condition.Pos()); site > 0 {
		l.edits.insertFirst(l.offset(condition.Pos()), fmt.Sprintf("%sguard.Mark(%d) && (", l.prefix, site))
		l.edits.insert(l.offset(condition.End()), ")")
	}
}

// elseIf notes the site of a condition after else.
func (l *lowering) elseIf(node *ast.IfStmt) {
	outer, ok := l.parent().(*ast.IfStmt)
	if ok && outer.Else == node && node.Init == nil {
		l.condition(node.Cond)
	}
}
