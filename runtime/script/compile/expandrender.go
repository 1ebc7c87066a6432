package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// rendering changes the names in one declaration.
type rendering struct {
	*expansion
	from  *unit
	bound bindings
	edits *edits
}

// render returns the text of a node with its names changed: those of packages
// to their names in the joined source, those of generic code to those of its
// instances, those of type parameters to their arguments.
func (x *expansion) render(from *unit, file *ast.File, node ast.Node, bound bindings) string {
	r := &rendering{expansion: x, from: from, bound: bound, edits: &edits{text: from.text[file]}}
	ast.Inspect(node, r.visit)
	return r.edits.render(r.offset(node.Pos()), r.offset(node.End()))
}

func (r *rendering) offset(pos token.Pos) int { return r.from.fset.PositionFor(pos, false).Offset }

func (r *rendering) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.SelectorExpr:
		return r.selector(node)
	case *ast.IndexExpr:
		return r.index(node, node.X)
	case *ast.IndexListExpr:
		return r.index(node, node.X)
	case *ast.Ident:
		if text := r.name(node); text != "" {
			r.replace(node, text)
		}
	case *ast.GenDecl:
		return r.localTypes(node)
	case *ast.Field:
		r.embedded(node)
	}
	return true
}

// replace puts a text in the place of a node; columns after it stay the
// author's.
func (r *rendering) replace(node ast.Node, text string) {
	start, end := r.offset(node.Pos()), r.offset(node.End())
	if !r.from.isLibrary {
		at := r.from.position(node.End())
		text += fmt.Sprintf("/*line :%d:%d*/", at.Line, at.Column)
	}
	r.edits.replace(start, end, text)
}

// selector handles package.Name.
func (r *rendering) selector(node *ast.SelectorExpr) bool {
	qualifier, ok := node.X.(*ast.Ident)
	if !ok {
		ast.Inspect(node.X, r.visit)
		return false
	}
	imported, ok := r.from.info.Uses[qualifier].(*types.PkgName)
	if !ok {
		// Sel is a field or a method: it keeps its name.
		r.visit(qualifier)
		return false
	}
	if text := r.name(node.Sel); text != "" {
		r.replace(node, text)
		return false
	}
	r.replace(qualifier, r.importName(imported.Imported()))
	return false
}

// index handles generic code with explicit type arguments.
func (r *rendering) index(node ast.Expr, operand ast.Expr) bool {
	name, ok := operand.(*ast.Ident)
	if selector, isSelector := operand.(*ast.SelectorExpr); isSelector {
		name, ok = selector.Sel, true
	}
	if !ok {
		return true
	}
	if _, isInstance := r.from.info.Instances[name]; !isInstance {
		return true
	}
	if text := r.name(name); text != "" {
		r.replace(node, text)
		return false
	}
	return true
}

// name returns what a name becomes, or "" if it stays.
func (r *rendering) name(name *ast.Ident) string {
	object := r.from.info.Uses[name]
	if object == nil {
		if object = r.from.info.Defs[name]; object == nil {
			if r.isGuard(name) && r.isShadowing(name.Name, false) {
				return r.shadowName(name.Name)
			}
			return ""
		}
	}
	if hoisted := r.hoisted[object]; hoisted != "" {
		return hoisted
	}
	switch object := object.(type) {
	case *types.TypeName:
		if param, ok := types.Unalias(object.Type()).(*types.TypeParam); ok {
			return parenthesized(r.bound[param])
		}
		if used, ok := r.from.info.Instances[name]; ok {
			return r.typeText(used.Type, r.bound)
		}
		if r.isLocalAlias(object) {
			return parenthesized(r.typeText(types.Unalias(object.Type()), r.bound))
		}
	case *types.Func:
		if used, ok := r.from.info.Instances[name]; ok {
			return r.functionInstance(object, used, name.Pos())
		}
	}
	return r.ownName(object)
}

func (r *rendering) functionInstance(object *types.Func, used types.Instance, pos token.Pos) string {
	arguments := make([]string, used.TypeArgs.Len())
	for i := range arguments {
		arguments[i] = r.typeText(used.TypeArgs.At(i), r.bound)
	}
	from, origin := r.from, types.Object(object.Origin())
	if from.generics[origin] == nil || object.Pkg() != from.pkg {
		found := r.library.find(object.Pkg().Path(), object.Name())
		if found == nil {
			r.found = append(r.found, r.from.diagnostic(pos, "%s.%s is not available to services", object.Pkg().Name(), object.Name()))
			return ""
		}
		from, origin = found.unit, found.object
	}
	return r.use(from, origin, arguments)
}

// localTypes removes the declarations of types that are hoisted, and of aliases.
func (r *rendering) localTypes(node *ast.GenDecl) bool {
	if node.Tok != token.TYPE {
		return true
	}
	for _, spec := range node.Specs {
		declared := r.from.info.Defs[spec.(*ast.TypeSpec).Name]
		if r.hoisted[declared] != "" || r.isLocalAlias(declared) {
			r.replaceSpec(node, spec.(*ast.TypeSpec))
		} else {
			ast.Inspect(spec, r.visit)
		}
	}
	return false
}

func (r *rendering) replaceSpec(node *ast.GenDecl, spec *ast.TypeSpec) {
	start, end := r.offset(spec.Pos()), r.offset(spec.End())
	if !node.Lparen.IsValid() {
		start = r.offset(node.Pos())
	}
	at := r.from.position(spec.End())
	r.edits.replace(start, end, fmt.Sprintf("/*line :%d:%d*/", at.Line, at.Column))
}

// embedded refuses to embed types that change their names, as generic ones do:
// so would the field.
func (r *rendering) embedded(node *ast.Field) {
	if len(node.Names) > 0 {
		return
	}
	t := node.Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch t := t.(type) {
	case *ast.Ident:
		if object := r.from.info.Uses[t]; object != nil && r.ownName(object) != "" && r.from.isField(node) {
			r.found = append(r.found, r.from.diagnostic(node.Pos(), "services cannot embed a type that is called as one of Go's own, %s: give it another name, or name the field", t.Name))
		}
	case *ast.IndexExpr, *ast.IndexListExpr:
		if r.from.isField(node) {
			r.found = append(r.found, r.from.diagnostic(node.Pos(), "services cannot embed a generic type: name the field"))
		}
	}
}

// isField reports whether a nameless field is one of a struct, and not a
// parameter, a result or a part of an interface.
func (u *unit) isField(node *ast.Field) bool {
	u.findFields.Do(func() {
		u.structFields = map[*ast.Field]bool{}
		for _, file := range u.files {
			ast.Inspect(file, func(node ast.Node) bool {
				if structure, ok := node.(*ast.StructType); ok {
					for _, field := range structure.Fields.List {
						u.structFields[field] = true
					}
				}
				return true
			})
		}
	})
	return u.structFields[node]
}

// parenthesized puts parentheses around a type where a conversion to it would
// be read otherwise without.
func parenthesized(t string) string {
	if strings.HasPrefix(t, "*") || strings.HasPrefix(t, "func") || strings.HasPrefix(t, "<-") || strings.HasPrefix(t, "chan") {
		return "(" + t + ")"
	}
	return t
}
