package compile

import (
	"go/ast"
	"go/token"
	"go/types"

	"gatehouse/runtime/script/exportdata"
)

// What is refused here would have a script's mistake end the process, or change
// it for everybody, by way of the host's own types: code of the host that
// calls a script's from goroutines of its own, values of the host that hold
// themselves and are followed without end, values that the whole host shares.

// hostTypes looks for that in a node.
func (r *refusal) hostTypes(node ast.Node) {
	switch node := node.(type) {
	case *ast.File:
		r.curveParameters(node)
	case *ast.TypeSpec:
		r.ownContext(node)
	case *ast.StructType:
		r.embeddedContext(node)
	case *ast.AssignStmt:
		if node.Tok != token.DEFINE {
			for _, target := range node.Lhs {
				r.overwritten(target)
			}
		}
	case *ast.IncDecStmt:
		r.overwritten(node.X)
	case *ast.RangeStmt:
		if node.Tok == token.ASSIGN {
			r.overwritten(node.Key)
			r.overwritten(node.Value)
		}
	case *ast.UnaryExpr:
		if node.Op == token.AND {
			r.pointedTo(node.X)
		}
	case *ast.SliceExpr:
		r.tableWritten(node.X)
	case *ast.SelectorExpr:
		r.parseTree(node)
	}
}

// ownContext refuses a type that is a context.Context.
func (r *refusal) ownContext(spec *ast.TypeSpec) {
	named, ok := r.info.Defs[spec.Name].Type().(*types.Named)
	if !ok || named.Obj().Pkg() != r.pkg || types.IsInterface(named) || r.isContext(named.Underlying()) {
		return // the last is embeddedContext's
	}
	if r.isContext(named) || r.isContext(types.NewPointer(named)) {
		r.refuse(spec.Name.Pos(), "%s is a context.Context: the host would call its methods from goroutines of its own; %s", spec.Name.Name, useContextValue)
	}
}

// embeddedContext refuses a struct that is a context.Context by embedding one.
func (r *refusal) embeddedContext(node *ast.StructType) {
	structure, ok := r.info.TypeOf(node).(*types.Struct)
	if ok && (r.isContext(structure) || r.isContext(types.NewPointer(structure))) {
		r.refuse(node.Pos(), "a struct that embeds a context.Context is one: the host would call its methods from goroutines of its own; give the field a name, or %s", useContextValue)
	}
}

const useContextValue = "use context.WithValue to add to a context"

func (r *refusal) isContext(t types.Type) bool {
	pkg, err := r.library.importer.Import("context")
	if err != nil {
		return false
	}
	return types.Implements(t, pkg.Scope().Lookup("Context").Type().Underlying().(*types.Interface))
}

// overwritten refuses an assignment to what the host may share, and one by
// which a value of the host could come to hold itself.
func (r *refusal) overwritten(target ast.Expr) {
	if target == nil {
		return
	}
	target = ast.Unparen(target)
	if name, ok := target.(*ast.Ident); ok && name.Name == "_" {
		return
	}
	if named := r.hostType(r.info.TypeOf(target)); named != nil {
		if _, ok := target.(*ast.StarExpr); ok && isShared(named) {
			r.refuse(target.Pos(), "cannot overwrite the %s that a pointer leads to: the whole host may share it; keep a pointer to another instead", shown(named))
			return
		}
		if field := knot(named); field != nil && !r.isMapEntry(target) {
			r.refuse(target.Pos(), "cannot overwrite a %s, whose %s could come to hold itself: declare a variable for another one", shown(named), field.Name())
			return
		}
	}
	switch target := target.(type) {
	case *ast.SelectorExpr:
		owner, field := r.fieldOf(target)
		switch {
		case owner == nil:
		case isKnot(owner, field):
			r.refuse(target.Sel.Pos(), "cannot assign to %s of a %s, which could come to hold itself: %s", field.Name(), shown(owner), makeItWhole)
		case plainShared[fullName(owner)]:
			r.refuse(target.Sel.Pos(), "cannot assign to %s of a %s: the whole host may share it", field.Name(), shown(owner))
		}
	case *ast.IndexExpr:
		r.tableWritten(target.X)
	}
}

// isMapEntry reports whether an expression is an entry of a map, to which there
// are no pointers.
func (r *refusal) isMapEntry(target ast.Expr) bool {
	index, ok := target.(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, isMap := r.info.TypeOf(index.X).Underlying().(*types.Map)
	return isMap
}

const makeItWhole = "make it whole, in a composite literal"

// pointedTo refuses the address of what overwritten refuses to assign to.
func (r *refusal) pointedTo(operand ast.Expr) {
	switch operand := ast.Unparen(operand).(type) {
	case *ast.SelectorExpr:
		if owner, field := r.fieldOf(operand); owner != nil && isKnot(owner, field) {
			r.refuse(operand.Sel.Pos(), "cannot take the address of %s of a %s, which could come to hold itself: %s", field.Name(), shown(owner), makeItWhole)
		}
	case *ast.IndexExpr:
		r.tableWritten(operand.X)
	}
}

// tableWritten refuses to change a table of checksums, or to take a part of
// it: package hash gives the same table to all that ask.
func (r *refusal) tableWritten(operand ast.Expr) {
	t := r.info.TypeOf(operand)
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if named := r.hostType(t); named != nil && plainShared[fullName(named)] {
		r.refuse(operand.Pos(), "cannot change a %s, or take a part of it: %s.MakeTable gives the same one to the whole host", shown(named), named.Obj().Pkg().Name())
	}
}

// parseTree refuses what leads to the tree of a template. Its nodes can come
// to hold themselves, and it is followed wherever the template is used.
func (r *refusal) parseTree(node *ast.SelectorExpr) {
	selection := r.info.Selections[node]
	if selection == nil {
		return
	}
	path := selection.Index()
	if selection.Kind() != types.FieldVal {
		path = path[:len(path)-1]
	}
	t := selection.Recv()
	for _, index := range path {
		owner, structure := structOf(t)
		if structure == nil {
			return
		}
		field := structure.Field(index)
		if named := r.hostType(owner); named != nil && field.Name() == "Tree" && (fullName(named) == "text/template.Template" || fullName(named) == "html/template.Template") {
			r.refuse(node.Sel.Pos(), "the parse tree of a template is not available to services: use Parse, Lookup and Clone")
			return
		}
		t = field.Type()
	}
}

// curveParameters refuses the numbers of elliptic curves, which the whole host
// computes with. The size in bits and the name may be read.
func (r *refusal) curveParameters(file *ast.File) {
	read := map[ast.Expr]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if call, ok := ast.Unparen(selector.X).(*ast.CallExpr); ok && (selector.Sel.Name == "BitSize" || selector.Sel.Name == "Name") {
			read[ast.Unparen(call.Fun)] = true
		}
		method, ok := r.info.Uses[selector.Sel].(*types.Func)
		if !ok || read[selector] {
			return true
		}
		switch method.FullName() {
		case "(crypto/elliptic.Curve).Params", "(*crypto/elliptic.CurveParams).Params":
			r.refuse(selector.Sel.Pos(), "the numbers of a curve are those of the whole host: services can read Params().BitSize and Params().Name alone")
		}
		return true
	})
}

// fieldOf returns the field that an expression selects and the type of the
// host that has it, or nil.
func (r *refusal) fieldOf(node *ast.SelectorExpr) (*types.Named, *types.Var) {
	selection := r.info.Selections[node]
	if selection == nil || selection.Kind() != types.FieldVal {
		return nil, nil
	}
	t := selection.Recv()
	path := selection.Index()
	for _, index := range path[:len(path)-1] {
		_, structure := structOf(t)
		if structure == nil {
			return nil, nil
		}
		t = structure.Field(index).Type()
	}
	owner, structure := structOf(t)
	if structure == nil {
		return nil, nil
	}
	return r.hostType(owner), structure.Field(path[len(path)-1])
}

// structOf returns the struct that a type is or points to, and the type that
// it is the struct of.
func structOf(t types.Type) (types.Type, *types.Struct) {
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	structure, _ := t.Underlying().(*types.Struct)
	return t, structure
}

// hostType returns a named type of the host, or nil.
func (r *refusal) hostType(t types.Type) *types.Named {
	if t == nil {
		return nil
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg() == r.pkg {
		return nil
	}
	return named
}

func fullName(t *types.Named) string { return t.Obj().Pkg().Path() + "." + t.Obj().Name() }
func shown(t *types.Named) string    { return t.Obj().Pkg().Name() + "." + t.Obj().Name() }

// isShared reports whether pointers to values of a type may be handed to many.
// Those that scripts can make have fields that are exported, as a rule.
func isShared(named *types.Named) bool {
	if plainShared[fullName(named)] {
		return true
	}
	structure, ok := named.Underlying().(*types.Struct)
	if !ok || ownValues[fullName(named)] {
		return false
	}
	for field := range structure.Fields() {
		if !field.Exported() {
			return true
		}
	}
	return false
}

// plainShared are the types without hidden fields whose values the host shares.
var plainShared = map[string]bool{
	"crypto/elliptic.CurveParams": true,
	"hash/crc32.Table":            true,
	"hash/crc64.Table":            true,
	"net/http.ProtocolError":      true,
	"unicode.RangeTable":          true,
}

// ownValues are the types with hidden fields that the host gives no pointers
// to: those that a script has are to its own.
var ownValues = map[string]bool{
	"bytes.Buffer":       true,
	"bytes.Reader":       true,
	"log/slog.Record":    true,
	"log/slog.Value":     true,
	"math/big.Float":     true,
	"math/big.Int":       true,
	"math/big.Rat":       true,
	"net/http.Request":   true, // *r = *r.WithContext(ctx)
	"net/netip.Addr":     true,
	"net/netip.AddrPort": true,
	"net/netip.Prefix":   true,
	"strings.Builder":    true,
	"strings.Reader":     true,
	"sync.Mutex":         true,
	"sync.Once":          true,
	"sync.RWMutex":       true,
	"sync.WaitGroup":     true,
	"time.Time":          true,
}

// knot returns a field through which a value of a type could hold itself, where
// methods of the host would follow it without end.
func knot(named *types.Named) *types.Var {
	structure, ok := named.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for field := range structure.Fields() {
		if isKnot(named, field) {
			return field
		}
	}
	return nil
}

// isKnot reports whether a field is one: of an interface that its own struct
// satisfies, such as the Err of an error or the R of a reader.
func isKnot(owner *types.Named, field *types.Var) bool {
	name := fullName(owner)
	if !field.Exported() || unfollowed[name] {
		return false
	}
	if name == "bufio.ReadWriter" {
		return true // a reader of a reader of it
	}
	face, ok := field.Type().Underlying().(*types.Interface)
	return ok && face.NumMethods() > 0 && (types.Implements(owner, face) || types.Implements(types.NewPointer(owner), face))
}

// unfollowed are types whose methods do not follow such a field, and the keys
// of ecdsa, for which assigning the curve is how they are made.
var unfollowed = map[string]bool{
	"crypto/ecdsa.PublicKey":          true,
	exportdata.ServicePath + ".Error": true,
	exportdata.SSOPath + ".Error":     true,
}
