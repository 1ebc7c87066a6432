package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
)

// The author may give a name that Go declares itself to something else, or that
// of a type to a variable. The interpreter confuses such, and what lowering adds
// means Go's own by it, and types of the package: they get names of their own.
// So do labels, which the interpreter keeps among the variables.

// ownName returns the name that an object of the author's gets, or "" where it
// keeps its own.
func (x *expansion) ownName(object types.Object) string {
	switch object := object.(type) {
	case *types.Label:
		return x.prefix + "label_" + object.Name()
	case *types.Var:
		if object.IsField() {
			return ""
		}
	case *types.Func:
		if object.Signature().Recv() != nil {
			return ""
		}
	case *types.Const, *types.TypeName:
	default:
		return ""
	}
	if object.Pkg() == nil || object.Pkg() != x.pkg && object.Parent() == object.Pkg().Scope() {
		return ""
	}
	if number := x.twins[object]; number > 0 {
		return fmt.Sprintf("%s_%d", x.shadowName(object.Name()), number)
	}
	if x.isShadowing(object.Name(), object.Parent() == x.pkg.Scope()) {
		return x.shadowName(object.Name())
	}
	return ""
}

// findTwins numbers the types declared in functions that have the name of
// another type: to the interpreter they would be one.
func (x *expansion) findTwins() {
	var local []types.Object
	count := map[string]int{}
	for _, object := range x.info.Defs {
		declared, ok := object.(*types.TypeName)
		if !ok {
			continue
		}
		if _, isParam := declared.Type().(*types.TypeParam); isParam {
			continue
		}
		count[declared.Name()]++
		if declared.Parent() != x.pkg.Scope() {
			local = append(local, declared)
		}
	}
	slices.SortFunc(local, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	for i, object := range local {
		if count[object.Name()] > 1 {
			x.twins[object] = i + 1
		}
	}
}

// ownPrefix begins, after that of all names that are added, those that take the
// place of the author's.
const ownPrefix = "own_"

func (x *expansion) shadowName(name string) string { return x.prefix + ownPrefix + name }

// isShadowing reports whether a name of the author's hides one that lowering
// may need.
func (x *expansion) isShadowing(name string, isGlobal bool) bool {
	if name == "_" {
		return false
	}
	if types.Universe.Lookup(name) != nil {
		return true
	}
	_, isType := x.pkg.Scope().Lookup(name).(*types.TypeName)
	return isType && !isGlobal
}

// named returns the name under which a declaration of the author's is written.
func (x *expansion) named(from *unit, name *ast.Ident) string {
	if own := x.ownName(from.info.Defs[name]); own != "" {
		return own
	}
	return name.Name
}

// isGuard reports whether a name is the one that a type switch binds: it stands
// for another variable in every clause.
func (r *rendering) isGuard(name *ast.Ident) bool {
	object, isDefined := r.from.info.Defs[name]
	return isDefined && object == nil
}

// isLocalAlias reports whether an object is another name of a type, declared in
// a function. The interpreter has no such: the type is written out.
func (r *rendering) isLocalAlias(object types.Object) bool {
	declared, ok := object.(*types.TypeName)
	return ok && declared.IsAlias() && declared.Pkg() == r.from.pkg && declared.Parent() != r.from.pkg.Scope()
}
