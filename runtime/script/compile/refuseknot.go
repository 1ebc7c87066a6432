package compile

import "go/types"

// isKnotted reports whether a named type is made of itself without a struct or
// an interface between, such as a list of lists: the interpreter, which writes
// types out, never comes to the end of it, or ends the process there.
func isKnotted(named *types.Named) bool {
	seen := map[types.Type]bool{}
	var reaches func(types.Type) bool
	tuple := func(tuple *types.Tuple) bool {
		for v := range tuple.Variables() {
			if reaches(v.Type()) {
				return true
			}
		}
		return false
	}
	inner := func(t types.Type) bool {
		switch t := t.(type) {
		case *types.Pointer:
			return reaches(t.Elem())
		case *types.Slice:
			return reaches(t.Elem())
		case *types.Array:
			return reaches(t.Elem())
		case *types.Chan:
			return reaches(t.Elem())
		case *types.Map:
			return reaches(t.Key()) || reaches(t.Elem())
		case *types.Signature:
			return tuple(t.Params()) || tuple(t.Results())
		}
		return false
	}
	reaches = func(t types.Type) bool {
		t = types.Unalias(t)
		if seen[t] {
			return false
		}
		seen[t] = true
		if part, ok := t.(*types.Named); ok {
			return part.Origin() == named.Origin() || inner(part.Underlying())
		}
		return inner(t)
	}
	return inner(named.Underlying())
}
