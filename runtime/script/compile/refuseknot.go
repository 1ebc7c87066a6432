package compile

import (
	"go/types"
	"slices"
)

// isKnotted reports whether a named type is made of itself without a struct or
// an interface between, such as a list of lists: the interpreter, which writes
// types out, never comes to the end of it, or ends the process there.
func isKnotted(named *types.Named) bool {
	return slices.ContainsFunc(elementsOf(named), func(element types.Type) bool {
		return hasElement(element, func(t types.Type) bool {
			part, ok := t.(*types.Named)
			return ok && part.Origin() == named.Origin()
		})
	})
}
