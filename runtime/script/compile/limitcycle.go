package compile

import (
	"go/ast"
	"go/types"
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
			for _, field := range structure.Fields.List {
				if end := s.tangledIn(s.info.Defs[spec.Name].Type(), s.info.TypeOf(field.Type)); end != nil {
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
	case *types.Pointer:
		return lastOf(u.Elem(), seen)
	case *types.Slice:
		return lastOf(u.Elem(), seen)
	case *types.Array:
		return lastOf(u.Elem(), seen)
	case *types.Chan:
		return lastOf(u.Elem(), seen)
	case *types.Map:
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
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		walkType(u.Elem(), seen, visit)
	case *types.Slice:
		walkType(u.Elem(), seen, visit)
	case *types.Array:
		walkType(u.Elem(), seen, visit)
	case *types.Chan:
		walkType(u.Elem(), seen, visit)
	case *types.Map:
		walkType(u.Key(), seen, visit)
		walkType(u.Elem(), seen, visit)
	case *types.Signature:
		for v := range u.Params().Variables() {
			walkType(v.Type(), seen, visit)
		}
		for v := range u.Results().Variables() {
			walkType(v.Type(), seen, visit)
		}
	case *types.Struct:
		for field := range u.Fields() {
			walkType(field.Type(), seen, visit)
		}
	}
}
