package compile

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"sync"
)

// expand joins the files of a package to one, in which every import has a name
// of its own and nothing is generic: each generic function and type that is
// used is written out for the types that it is used with. The result is
// ordinary Go and means the same; it is type-checked again.
func (c *Compiler) expand(s *source) (*source, error) {
	x := &expansion{
		unit:      &unit{source: s, generics: genericsOf(s)},
		library:   c.library,
		imports:   map[string]string{},
		aliases:   map[string]bool{},
		instances: map[string]string{},
		hoisted:   map[types.Object]string{},
		twins:     map[types.Object]int{},
	}
	x.findTwins()
	x.hoistTypes()
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			x.declaration(file, declaration)
		}
	}
	x.variables()
	for len(x.queue) > 0 && !x.endless {
		if x.out.Len() > maxExpanded {
			x.isEndless(x.queue[0].object)
			break
		}
		next := x.queue[0]
		x.queue = x.queue[1:]
		x.instance(next)
	}
	if len(x.found) > 0 {
		return nil, x.found.limited()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "package %s\n", s.pkg.Name())
	for _, path := range slices.Sorted(maps.Keys(x.imports)) {
		fmt.Fprintf(&text, "import %s %q\n", x.imports[path], path)
	}
	text.WriteString(x.out.String())
	joined, err := c.recheck([]byte(text.String()))
	if err != nil {
		return nil, err
	}
	joined.prefix = s.prefix
	return joined, nil
}

// recheck parses and type-checks a source of our own making. That it fails is
// a limit of ours, told with the author's position.
func (c *Compiler) recheck(text []byte) (*source, error) {
	s, err := parseJoined(text)
	if err != nil {
		return nil, err
	}
	found := refuseWeights(s)
	if len(found) == 0 {
		if err := c.typeCheck(s); err != nil && !errors.As(err, &found) {
			return nil, err
		}
	}
	if len(found) == 0 {
		found = refuseHuge(s)
	}
	if len(found) == 0 {
		return s, nil
	}
	for i := range found {
		found[i].Message = "services cannot do this with generic code: " + found[i].Message
	}
	return nil, found
}

// unit is a set of files that code is taken from: the author's, or one of the
// library's.
type unit struct {
	*source
	generics  map[types.Object]*generic
	isLibrary bool

	findFields   sync.Once // the library's units are shared
	structFields map[*ast.Field]bool
}

// generic is the declaration of a generic function or type.
type generic struct {
	file    *ast.File
	f       *ast.FuncDecl
	spec    *ast.TypeSpec
	methods []*ast.FuncDecl
}

// expansion is the work of one call of expand.
type expansion struct {
	*unit
	library   *library
	imports   map[string]string // name by path
	aliases   map[string]bool   // names in use
	instances map[string]string // name by object and arguments
	hoisted   map[types.Object]string
	twins     map[types.Object]int // numbers of types by a name that others have
	queue     []instance
	packs     int  // of variables that are initialised together
	endless   bool // some of it expands without end
	out       strings.Builder
	found     Errors
}

// instance is a generic function or type for given type arguments.
type instance struct {
	from      *unit
	object    types.Object
	name      string
	arguments []string
}

// bindings are the type arguments, as text, in the body of a generic function
// or type.
type bindings map[*types.TypeParam]string

func genericsOf(s *source) map[types.Object]*generic {
	found := map[types.Object]*generic{}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			switch declaration := declaration.(type) {
			case *ast.FuncDecl:
				if declaration.Type.TypeParams != nil {
					found[s.info.Defs[declaration.Name]] = &generic{file: file, f: declaration}
				}
			case *ast.GenDecl:
				for _, spec := range declaration.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok && spec.TypeParams != nil {
						found[s.info.Defs[spec.Name]] = &generic{file: file, spec: spec}
					}
				}
			}
		}
	}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if method, ok := declaration.(*ast.FuncDecl); ok && method.Recv != nil {
				if owner := found[receiverType(s, method)]; owner != nil {
					owner.methods = append(owner.methods, method)
				}
			}
		}
	}
	return found
}

// receiverType returns the type name that a method is declared for.
func receiverType(s *source, method *ast.FuncDecl) types.Object {
	t := s.info.Defs[method.Name].(*types.Func).Signature().Recv().Type()
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Origin().Obj()
	}
	return nil
}

// hoistTypes finds the types declared in functions that generic code is used
// with: they are declared at the level of the package, where its expansion is.
func (x *expansion) hoistTypes() {
	var visit func(t types.Type, seen map[types.Type]bool)
	visit = func(t types.Type, seen map[types.Type]bool) {
		if seen[t] {
			return
		}
		seen[t] = true
		switch t := types.Unalias(t).(type) {
		case *types.Named:
			object := t.Obj()
			if object.Pkg() == x.pkg && object.Parent() != x.pkg.Scope() {
				if _, known := x.hoisted[object]; !known {
					x.hoisted[object] = fmt.Sprintf("%s%s_%d", x.prefix, object.Name(), len(x.hoisted))
					visit(t.Underlying(), seen)
				}
			}
			for argument := range t.TypeArgs().Types() {
				visit(argument, seen)
			}
		case *types.Pointer:
			visit(t.Elem(), seen)
		case *types.Slice:
			visit(t.Elem(), seen)
		case *types.Array:
			visit(t.Elem(), seen)
		case *types.Chan:
			visit(t.Elem(), seen)
		case *types.Map:
			visit(t.Key(), seen)
			visit(t.Elem(), seen)
		case *types.Signature:
			for v := range t.Params().Variables() {
				visit(v.Type(), seen)
			}
			for v := range t.Results().Variables() {
				visit(v.Type(), seen)
			}
		case *types.Struct:
			for field := range t.Fields() {
				visit(field.Type(), seen)
			}
		}
	}
	for _, used := range x.info.Instances {
		for argument := range used.TypeArgs.Types() {
			visit(argument, map[types.Type]bool{})
		}
	}
	objects := slices.Collect(maps.Keys(x.hoisted))
	slices.SortFunc(objects, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	for _, object := range objects {
		if mentionsTypeParam(object.Type().Underlying()) {
			x.found = append(x.found, x.diagnostic(object.Pos(), "type %s is declared in a generic function: declare it outside", object.Name()))
			continue
		}
		fmt.Fprintf(&x.out, "\n%s\ntype %s %s\n", x.lineDirective(object.Pos()), x.hoisted[object], x.typeText(object.Type().Underlying(), nil))
	}
}

func (x *expansion) lineDirective(pos token.Pos) string {
	at := x.position(pos)
	return fmt.Sprintf("//line %s:%d:%d", at.Filename, at.Line, at.Column)
}

func (x *expansion) declaration(file *ast.File, declaration ast.Decl) {
	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		object := x.info.Defs[declaration.Name]
		if x.generics[object] != nil {
			return
		}
		if declaration.Recv != nil && x.generics[receiverType(x.source, declaration)] != nil {
			return
		}
		x.emit(x.unit, file, declaration.Pos(), "", declaration, nil)
	case *ast.GenDecl:
		switch declaration.Tok {
		case token.IMPORT, token.VAR:
		case token.TYPE:
			for _, spec := range declaration.Specs {
				spec := spec.(*ast.TypeSpec)
				if x.generics[x.info.Defs[spec.Name]] == nil && !isConstraint(x.info.Defs[spec.Name]) {
					x.emit(x.unit, file, spec.Pos(), "type ", spec, nil)
				}
			}
		default:
			x.emit(x.unit, file, declaration.Pos(), "", declaration, nil)
		}
	}
}

// emit writes a node, expanded, with its position.
func (x *expansion) emit(from *unit, file *ast.File, pos token.Pos, before string, node ast.Node, bound bindings) {
	text := x.render(from, file, node, bound)
	fmt.Fprintf(&x.out, "\n%s%s/*line :%d:%d*/%s\n", x.fileDirective(from, pos), before, from.position(pos).Line, from.position(pos).Column, text)
}

func (x *expansion) fileDirective(from *unit, pos token.Pos) string {
	at := from.position(pos)
	return fmt.Sprintf("//line %s:%d:1\n", at.Filename, at.Line)
}

// instance writes a generic function, or type with its methods, for its type
// arguments.
func (x *expansion) instance(next instance) {
	declared := next.from.generics[next.object]
	bind := func(params *types.TypeParamList) bindings {
		bound := bindings{}
		for i := range params.Len() {
			bound[params.At(i)] = next.arguments[i]
		}
		return bound
	}
	if declared.f != nil {
		f := declared.f
		bound := bind(next.object.Type().(*types.Signature).TypeParams())
		text := x.render(next.from, declared.file, f.Type.Params, bound)
		if f.Type.Results != nil {
			text += " " + x.render(next.from, declared.file, f.Type.Results, bound)
		}
		at := next.from.position(f.Body.Pos())
		fmt.Fprintf(&x.out, "\n%sfunc %s%s /*line :%d:%d*/%s\n", x.fileDirective(next.from, f.Pos()), next.name,
			text, at.Line, at.Column, x.render(next.from, declared.file, f.Body, bound))
		return
	}
	named := next.object.Type().(*types.Named)
	x.emit(next.from, declared.file, declared.spec.Type.Pos(), "type "+next.name+" ", declared.spec.Type, bind(named.TypeParams()))
	for _, method := range declared.methods {
		signature := next.from.info.Defs[method.Name].Type().(*types.Signature)
		bound := bind(signature.RecvTypeParams())
		receiver := next.name
		if _, isPointer := signature.Recv().Type().(*types.Pointer); isPointer {
			receiver = "*" + receiver
		}
		if names := method.Recv.List[0].Names; len(names) > 0 {
			receiver = x.named(next.from, names[0]) + " " + receiver
		}
		text := x.render(next.from, declared.file, method.Type.Params, bound)
		if method.Type.Results != nil {
			text += " " + x.render(next.from, declared.file, method.Type.Results, bound)
		}
		at := next.from.position(method.Body.Pos())
		fmt.Fprintf(&x.out, "\n%sfunc (%s) %s%s /*line :%d:%d*/%s\n", x.fileDirective(next.from, method.Pos()), receiver, method.Name.Name,
			text, at.Line, at.Column, x.render(next.from, declared.file, method.Body, bound))
	}
}

// use returns the name of an instance and has it written if it is new.
func (x *expansion) use(from *unit, object types.Object, arguments []string) string {
	key := fmt.Sprintf("%s.%s[%s]", object.Pkg().Path(), object.Name(), strings.Join(arguments, "; "))
	if name, known := x.instances[key]; known {
		return name
	}
	name := fmt.Sprintf("%s%s_%d", x.prefix, object.Name(), len(x.instances))
	if len(x.instances) >= maxInstances || len(key) > maxInstanceKey {
		x.isEndless(object)
		return name
	}
	x.instances[key] = name
	x.queue = append(x.queue, instance{from: from, object: object, name: name, arguments: arguments})
	return name
}

// isEndless refuses generic code that is written out too often, or for types
// that grow with every step.
func (x *expansion) isEndless(object types.Object) {
	if x.endless {
		return
	}
	x.endless = true
	message := fmt.Sprintf("generic code expands without end, or to more than %d functions and types: use fewer types with it", maxInstances)
	if object.Pkg() != x.pkg {
		x.found = append(x.found, Diagnostic{Message: fmt.Sprintf("%s.%s: %s", object.Pkg().Name(), object.Name(), message)})
		return
	}
	x.found = append(x.found, x.diagnostic(object.Pos(), "%s: %s", object.Name(), message))
}

// Bounds of what generic code of one package is written out to.
const (
	maxInstances   = 1000
	maxInstanceKey = 4 << 10  // bytes of a name with its type arguments
	maxExpanded    = 16 << 20 // bytes in all
)

// importName returns the name under which a package is imported.
func (x *expansion) importName(pkg *types.Package) string {
	if name, known := x.imports[pkg.Path()]; known {
		return name
	}
	name := x.prefix + pkg.Name()
	for number := 2; x.aliases[name]; number++ {
		name = fmt.Sprintf("%s%s%d", x.prefix, pkg.Name(), number)
	}
	x.aliases[name] = true
	x.imports[pkg.Path()] = name
	return name
}
