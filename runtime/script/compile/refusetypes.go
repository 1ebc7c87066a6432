package compile

import (
	"go/ast"
	"go/types"
)

// What is refused here would have a script's mistake end the process by way of
// the host's own types.

// hostTypes looks for that in a node.
func (r *refusal) hostTypes(node ast.Node) {
	switch node := node.(type) {
	case *ast.TypeSpec:
		r.ownContext(node)
	case *ast.StructType:
		r.embeddedContext(node)
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
