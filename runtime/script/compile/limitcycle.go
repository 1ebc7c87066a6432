package compile

import (
	"go/ast"
	"go/types"
	"slices"
)

// refuseTangled refuses fields of structs from whose types the interpreter
// never finds its way back, until the stack is full and the process ends. It
// makes types by reflection, and puts a mark where a struct is part of itself.
// A type that ends in such a mark it then walks from the beginning; an
// interface of the script's there, or another struct that is part of itself,
// has no end for it.
func refuseTangled(s *source) Errors {
	var found Errors
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			structure, ok := spec.Type.(*ast.StructType)
			if !ok || s.info.Defs[spec.Name] == nil {
				return true
			}
			owner := s.info.Defs[spec.Name].Type()
			for _, field := range structure.Fields.List {
				if listsFunctionsOf(owner, s.info.TypeOf(field.Type)) {
					found = append(found, s.diagnostic(field.Pos(), "services cannot have a list or map of functions that take %[1]s in the struct itself: "+
						"keep each function in a struct of its own, such as type step struct{ do func(*%[1]s) }, or use an interface", spec.Name.Name))
				} else if end := s.tangledIn(owner, s.info.TypeOf(field.Type)); end != nil {
					found = append(found, s.diagnostic(field.Type.Pos(), "services cannot have a field of this type: it ends in %s, "+
						"which is part of itself, and has an interface or another such struct before; use any for one of the two", types.TypeString(end, types.RelativeTo(s.pkg))))
				}
			}
			return true
		})
	}
	return found.limited()
}

// tangledIn returns the struct that the type of a field ends in, where it is of
// such a type.
func (s *source) tangledIn(owner, field types.Type) types.Type {
	end := lastOf(field, map[types.Type]bool{})
	if end == nil || !reaches(end, owner) {
		return nil
	}
	tangled := false
	walkType(field, map[types.Type]bool{owner: true, end: true}, func(t types.Type) {
		switch u := t.Underlying().(type) {
		case *types.Interface:
			named, isNamed := t.(*types.Named)
			isHosts := isNamed && named.Obj().Pkg() != s.pkg
			tangled = tangled || u.NumMethods() > 0 && !isHosts
		case *types.Struct:
			tangled = tangled || isPartOfItself(t)
		}
	})
	if !tangled {
		return nil
	}
	return end
}

// listsFunctionsOf reports whether a field is of a list, a map or the like of
// functions that have its struct among what they take and return: the mark that
// the interpreter puts there is no type that they can be called with. It makes
// good what ends in the struct, and a field that is a function.
func listsFunctionsOf(owner, field types.Type) bool {
	if _, isFunction := field.Underlying().(*types.Signature); isFunction {
		return false
	}
	if end := lastOf(field, map[types.Type]bool{}); end != nil && types.Identical(end, owner) {
		return false
	}
	return hasElement(field, func(t types.Type) bool {
		_, isFunction := t.Underlying().(*types.Signature)
		return isFunction && hasElement(t, func(t types.Type) bool { return types.Identical(t, owner) })
	})
}

// hasElement reports whether a type is, or is made of, one that is asked for,
// with no struct or interface between.
func hasElement(t types.Type, is func(types.Type) bool) bool {
	seen := map[types.Type]bool{}
	var has func(t types.Type) bool
	has = func(t types.Type) bool {
		t = types.Unalias(t)
		if seen[t] {
			return false
		}
		seen[t] = true
		return is(t) || slices.ContainsFunc(elementsOf(t), has)
	}
	return has(t)
}

// elementsOf returns the types that a type is written with: none for structs
// and interfaces.
func elementsOf(t types.Type) (elements []types.Type) {
	switch t := t.Underlying().(type) {
	case *types.Map:
		return []types.Type{t.Key(), t.Elem()}
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		return []types.Type{t.Elem()}
	case *types.Signature:
		for v := range t.Params().Variables() {
			elements = append(elements, v.Type())
		}
		for v := range t.Results().Variables() {
			elements = append(elements, v.Type())
		}
	}
	return elements
}

// lastOf returns the struct type that a type ends in when it is written: the
// elements of pointers, slices, maps, the only result of functions; or nil.
func lastOf(t types.Type, seen map[types.Type]bool) types.Type {
	t = types.Unalias(t)
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if _, isNamed := t.(*types.Named); isNamed {
			return t
		}
	case interface{ Elem() types.Type }:
		return lastOf(u.Elem(), seen)
	case *types.Signature:
		if u.Results().Len() == 1 {
			return lastOf(u.Results().At(0).Type(), seen)
		}
	}
	return nil
}

// reaches reports whether a type is or has another as a part.
func reaches(from, to types.Type) bool {
	found := types.Identical(from, to)
	if !found {
		walkType(from, map[types.Type]bool{}, func(t types.Type) { found = found || types.Identical(t, to) })
	}
	return found
}

func isPartOfItself(t types.Type) bool {
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for field := range structure.Fields() {
		if reaches(field.Type(), t) {
			return true
		}
	}
	return false
}

// walkType visits a type and its parts, each once, but for those that have
// been seen. The methods of interfaces are no parts.
func walkType(t types.Type, seen map[types.Type]bool, visit func(types.Type)) {
	t = types.Unalias(t)
	if seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	for _, element := range elementsOf(t) {
		walkType(element, seen, visit)
	}
	if structure, ok := t.Underlying().(*types.Struct); ok {
		for field := range structure.Fields() {
			walkType(field.Type(), seen, visit)
		}
	}
}
