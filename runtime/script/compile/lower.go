package compile

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gatehouse/runtime/script/symbols"
)

// parseJoined parses a source of our own making.
func parseJoined(text []byte) (*source, error) {
	s := &source{fset: token.NewFileSet(), text: map[*ast.File][]byte{}}
	file, err := parser.ParseFile(s.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the joined source does not parse: %w", err)
	}
	s.files = []*ast.File{file}
	s.text[file] = text
	return s, nil
}

// lowered is what the interpreter gets.
type lowered struct {
	text    []byte
	imports []string
	sites   []Site
	origins []Site // by line of text
}

// lowering rewrites a joined source, node by node, the inner before the outer.
type lowering struct {
	*source
	file     *ast.File
	edits    *edits
	names    map[string]string // of imports, by path
	stack    []ast.Node        // from the file to the parent of the node at hand
	uses     *variableUses
	helpers  map[string]string // names of helper functions, by what they do
	added    strings.Builder   // declarations to add
	counter  int
	sites    []Site
	known    map[Site]int
	frames   map[ast.Node]string     // names of frames, by function that defers
	noted    map[ast.Node]int        // sites, by the statement or call that notes them
	results  map[ast.Node][]string   // names, by function
	printers map[*types.Named]string // names of functions, see printable
	printing map[types.Type]bool
	found    Errors

	imported []string // paths that no file imports
}

func (l *lowering) refuse(pos token.Pos, format string, args ...any) {
	l.found = append(l.found, l.diagnostic(pos, format, args...))
}

func (c *Compiler) lower(s *source) (*lowered, error) {
	l := &lowering{
		source:   s,
		file:     s.files[0],
		edits:    &edits{text: s.text[s.files[0]]},
		names:    map[string]string{},
		helpers:  map[string]string{},
		sites:    []Site{{}},
		known:    map[Site]int{},
		frames:   map[ast.Node]string{},
		noted:    map[ast.Node]int{},
		results:  map[ast.Node][]string{},
		printers: map[*types.Named]string{},
		printing: map[types.Type]bool{},
	}
	var imports []string
	for _, spec := range l.file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		l.names[path] = spec.Name.Name
		imports = append(imports, path)
	}
	l.uses = findUses(l.source)
	recursive := findRecursive(l.source)
	ast.Inspect(l.file, func(node ast.Node) bool {
		if node != nil {
			l.stack = append(l.stack, node)
			l.plan(node)
			return true
		}
		last := l.stack[len(l.stack)-1]
		l.stack = l.stack[:len(l.stack)-1]
		l.node(last)
		if recursive[last] {
			l.guardDepth(last)
		}
		return true
	})
	if len(l.found) > 0 {
		return nil, l.found.limited()
	}
	// The pointer comes first: package variables are initialised in order.
	at := l.offset(l.file.Name.End())
	if last := len(l.file.Imports) - 1; last >= 0 {
		at = l.offset(l.file.Imports[last].End())
	}
	guard := l.prefix + "guard"
	more := fmt.Sprintf("\nimport %s %q\n", guard, GuardPath)
	for _, path := range l.imported {
		more += fmt.Sprintf("import %s %q\n", l.names[path], path)
	}
	imports = append(imports, l.imported...)
	l.edits.insert(at, more+fmt.Sprintf("var %sat = %s.At\n", l.prefix, guard))
	text := l.edits.render(0, len(l.edits.text))
	text += fmt.Sprintf("\n\n//line %s:1\n%s", guardFile, l.added.String())
	final, origins, err := withoutLines(text)
	if err != nil {
		return nil, err
	}
	slices.Sort(imports)
	return &lowered{text: final, imports: imports, sites: l.sites, origins: origins}, nil
}

// withoutLines takes the line directives out of a source, and returns what
// they said of each line.
func withoutLines(text string) ([]byte, []Site, error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, fmt.Errorf("the lowered source does not parse: %w", err)
	}
	file := fset.File(parsed.Pos())
	origins := make([]Site, file.LineCount())
	for i := range origins {
		if at := file.Position(file.LineStart(i + 1)); at.Filename != libraryFile && at.Filename != guardFile {
			origins[i] = Site{File: at.Filename, Line: at.Line}
		}
	}
	changes := &edits{text: []byte(text)}
	for _, group := range parsed.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text[2:], "line ") {
				start := file.Offset(comment.Pos())
				changes.list = append(changes.list, edit{start, start + len(comment.Text), ""})
			}
		}
	}
	return []byte(changes.render(0, len(text))), origins, nil
}

// guardFile marks positions in what was added at the end.
const guardFile = "<guard>"

func (l *lowering) offset(pos token.Pos) int { return l.fset.PositionFor(pos, false).Offset }

// textOf returns the source of a node as it has been rewritten by now.
func (l *lowering) textOf(node ast.Node) string {
	return l.edits.render(l.offset(node.Pos()), l.offset(node.End()))
}

// fresh returns a name that nothing else has.
func (l *lowering) fresh() string {
	l.counter++
	return fmt.Sprintf("%s%d", l.prefix, l.counter)
}

func (l *lowering) parent() ast.Node {
	if len(l.stack) == 0 {
		return nil
	}
	return l.stack[len(l.stack)-1]
}

// typeText returns a type as the joined source writes it.
func (l *lowering) typeText(t types.Type) string {
	switch t := t.(type) {
	case *types.Pointer:
		return "*" + l.typeText(t.Elem())
	case *types.Slice:
		return "[]" + l.typeText(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), l.typeText(t.Elem()))
	case *types.Map:
		return "map[" + l.typeText(t.Key()) + "]" + l.typeText(t.Elem())
	case *types.Struct:
		return l.structText(t)
	}
	return types.TypeString(t, func(pkg *types.Package) string {
		if pkg == l.pkg {
			return ""
		}
		return l.importName(pkg)
	})
}

// importName returns the name of a package in the joined source, which gets an
// import for it where no file has one: a value can have a type of a package
// that its author never names.
func (l *lowering) importName(pkg *types.Package) string {
	name, imported := l.names[pkg.Path()]
	if !imported {
		name = l.fresh() + pkg.Name()
		l.names[pkg.Path()] = name
		l.imported = append(l.imported, pkg.Path())
	}
	return name
}

// isNameable reports whether a type can be written at the level of the
// package: what is declared in functions, and what scripts cannot reach,
// cannot.
func (l *lowering) isNameable(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return true
	case *types.Interface:
		return t.Empty()
	case *types.Named:
		pkg := t.Obj().Pkg()
		if pkg == nil {
			return true
		}
		return t.Obj().Parent() == pkg.Scope() && (pkg == l.pkg || symbols.Offers(pkg.Path(), t.Obj().Name()))
	}
	return false
}

func (l *lowering) node(node ast.Node) {
	switch node := node.(type) {
	case *ast.CallExpr:
		l.spreadNil(node)
		l.spreadPrinted(node)
		l.arguments(node)
		l.call(node)
		l.computedConstant(node)
		l.noteAfter(node)
	case *ast.SelectorExpr:
		l.promoted(node)
		l.methodValue(node)
		l.computedConstant(node)
	case *ast.BasicLit:
		l.wholeFloat(node)
	case *ast.Ident, *ast.ParenExpr:
		l.computedConstant(node.(ast.Expr))
	case *ast.BinaryExpr:
		l.comparison(node)
		l.shift(node)
		l.computedConstant(node)
	case *ast.UnaryExpr:
		l.literalAddress(node)
		l.receivedValue(node)
	case *ast.IndexExpr:
		l.mapIndex(node)
	case *ast.CompositeLit:
		l.composite(node)
	case *ast.StructType:
		l.structType(node)
	case *ast.MapType:
		l.mapKey(node)
	case *ast.GenDecl:
		l.constantRows(node)
	case *ast.ValueSpec:
		l.valueSpec(node)
		l.trackVariable(node)
	case *ast.AssignStmt:
		if l.isOfSelect(node) {
			return // see received
		}
		l.assignment(node)
		l.entriesFromOne(node)
	case *ast.SendStmt:
		l.stored(node.Value, channelElem(l.info.TypeOf(node.Chan)), true)
	case *ast.ReturnStmt:
		l.returned(node)
		l.returnedTogether(node)
		l.namedReturn(node)
	case *ast.DeferStmt:
		l.deferStatement(node)
	case *ast.ForStmt:
		l.forLoop(node)
	case *ast.RangeStmt:
		l.rangeLoop(node)
	case *ast.SelectStmt:
		l.selectStatement(node)
	case *ast.SwitchStmt:
		l.switchStatement(node)
	case *ast.TypeSwitchStmt:
		l.typeSwitch(node)
	case *ast.TypeAssertExpr:
		l.assertion(node)
	case *ast.BlockStmt:
		l.track(node.List)
	case *ast.CaseClause:
		l.track(node.Body)
		l.labelledBody(node.Colon, node.Body)
	case *ast.CommClause:
		l.track(node.Body)
		l.labelledBody(node.Colon, node.Body)
	case *ast.IfStmt:
		l.elseIf(node)
	case *ast.FuncDecl:
		l.nameParams(node.Recv)
		l.nameParams(node.Type.Params)
		l.deferring(node, node.Body, l.info.Defs[node.Name].Type().(*types.Signature))
	case *ast.FuncLit:
		l.nameParams(node.Type.Params)
		l.deferring(node, node.Body, l.info.TypeOf(node).(*types.Signature))
	}
}

// promoted writes out the way to a field or method that embedded structs of
// the script's promote: the interpreter loses it where depths differ.
func (l *lowering) promoted(node *ast.SelectorExpr) {
	selection := l.info.Selections[node]
	if selection == nil || selection.Kind() == types.MethodExpr || len(selection.Index()) < 2 {
		return
	}
	t := selection.Recv()
	for _, index := range selection.Index()[:len(selection.Index())-1] {
		if pointer, ok := t.Underlying().(*types.Pointer); ok {
			t = pointer.Elem()
		}
		structure, ok := t.Underlying().(*types.Struct)
		if !ok || structure.Field(index).Pkg() != l.pkg {
			return
		}
		field := structure.Field(index)
		l.edits.insert(l.offset(node.X.End()), "."+field.Name())
		t = field.Type()
	}
}

// call lowers the builtin functions that the interpreter lacks.
func (l *lowering) call(call *ast.CallExpr) {
	name, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return
	}
	builtin, ok := l.info.Uses[name].(*types.Builtin)
	if !ok {
		return
	}
	replaceCallee := func(text string) {
		l.edits.replace(l.offset(call.Fun.Pos()), l.offset(call.Fun.End()), text)
	}
	switch builtin.Name() {
	case "len", "cap":
		if _, isPointer := l.info.TypeOf(call.Args[0]).Underlying().(*types.Pointer); isPointer {
			l.constant(call) // the pointer may be nil
		}
	case "recover":
		replaceCallee(l.prefix + "guard.Recover")
	case "min", "max":
		if l.constant(call) {
			return
		}
		replaceCallee(l.extreme(builtin.Name(), l.info.TypeOf(call), len(call.Args)))
	case "clear":
		t := l.typeText(l.info.TypeOf(call.Args[0]))
		v, k := l.fresh(), l.fresh()
		if _, isMap := l.info.TypeOf(call.Args[0]).Underlying().(*types.Map); isMap {
			replaceCallee(fmt.Sprintf("func(%[1]s %[3]s) { for %[2]s := range %[1]s { delete(%[1]s, %[2]s) } }", v, k, t))
			return
		}
		slice := l.info.TypeOf(call.Args[0]).Underlying().(*types.Slice)
		zero := l.fresh()
		replaceCallee(fmt.Sprintf("func(%[1]s %[3]s) { var %[5]s %[4]s; for %[2]s := 0; %[2]s < len(%[1]s); %[2]s++ { %[1]s[%[2]s] = %[5]s } }",
			v, k, t, l.typeText(slice.Elem()), zero))
	case "new":
		if len(call.Args) == 1 && !l.info.Types[call.Args[0]].IsType() {
			v := l.fresh()
			t := l.typeText(l.info.TypeOf(call).(*types.Pointer).Elem())
			replaceCallee(fmt.Sprintf("func(%[1]s %[2]s) *%[2]s { return &%[1]s }", v, t))
		}
	}
}

// constant replaces a call whose value is a constant by that.
func (l *lowering) constant(call *ast.CallExpr) bool {
	value := l.info.Types[call].Value
	if value == nil {
		return false
	}
	text := value.ExactString()
	if numerator, denominator, isRatio := strings.Cut(text, "/"); isRatio {
		text = numerator + ".0/" + denominator + ".0"
	}
	if basic, ok := l.info.TypeOf(call).(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 {
		text = l.typeText(l.info.TypeOf(call)) + "(" + text + ")"
	}
	l.edits.replace(l.offset(call.Pos()), l.offset(call.End()), "("+text+")"+lines(l.textOf(call)))
	return true
}

// extreme returns the name of a function, or a function, for min or max of so
// many arguments of a type.
func (l *lowering) extreme(which string, t types.Type, count int) string {
	typeName := l.typeText(t)
	if basic, ok := t.(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 {
		typeName = l.typeText(types.Default(t))
	}
	sign := "<"
	if which == "max" {
		sign = ">"
	}
	var params, steps strings.Builder
	for i := range count {
		if i > 0 {
			params.WriteString(", ")
			wins := fmt.Sprintf("v%d %s v0", i, sign)
			if basic, ok := t.Underlying().(*types.Basic); ok && basic.Info()&types.IsFloat != 0 {
				// A NaN wins, and -0 is less than 0.
				wins += fmt.Sprintf(" || v%[1]d != v%[1]d || v%[1]d == v0 && 1/v%[1]d %[2]s 1/v0", i, sign)
			}
			fmt.Fprintf(&steps, "if %s { v0 = v%d }; ", wins, i)
		}
		fmt.Fprintf(&params, "v%d", i)
	}
	body := fmt.Sprintf("(%s %s) %s { %sreturn v0 }", &params, typeName, typeName, &steps)
	if !l.isNameable(t) {
		return "func" + body
	}
	name, known := l.helpers[which+body]
	if !known {
		name = l.fresh()
		l.helpers[which+body] = name
		fmt.Fprintf(&l.added, "func %s%s\n", name, body)
	}
	return name
}
