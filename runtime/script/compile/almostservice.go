package compile

import (
	"go/ast"
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Types that their author will take for services, but that are none: each
// would be missing without a word.

// unexported refuses an unexported type that would be a service by its name
// alone. One that others embed is a base that brings them its Handle.
func (f *serviceFinder) unexported(spec *ast.TypeSpec) {
	named, ok := f.info.Defs[spec.Name].Type().(*types.Named)
	if !ok || !f.embedsService(named) || f.isEmbedded(named) {
		return
	}
	if handle, _ := f.method(named, "Handle"); handle != nil && isHandle(handle) {
		f.refuse(spec, "%s has Handle, but is no service, for its name is not exported: call it %s", spec.Name.Name, exported(spec.Name.Name))
	}
}

// misspelt refuses a type that has a method of nearly the name and of the
// signature of Handle instead of it.
func (f *serviceFinder) misspelt(spec *ast.TypeSpec, named *types.Named) {
	methods := types.NewMethodSet(types.NewPointer(named))
	for i := range methods.Len() {
		method := methods.At(i).Obj().(*types.Func)
		if method.Pkg() == f.pkg && isHandle(method) && isNearly(strings.ToLower(method.Name()), "handle") {
			f.refuse(spec, "%s has the method %s, but no Handle, and is no service: call the method Handle", spec.Name.Name, method.Name())
			return
		}
	}
}

func (f *serviceFinder) embedsService(named *types.Named) bool {
	embedded, _, _ := types.LookupFieldOrMethod(named, true, f.pkg, "Service")
	base, ok := embedded.(*types.Var)
	return ok && base.Embedded() && isService(base.Type())
}

// isEmbedded reports whether another type of the package embeds a type.
func (f *serviceFinder) isEmbedded(named *types.Named) bool {
	for _, name := range f.pkg.Scope().Names() {
		structure, ok := f.pkg.Scope().Lookup(name).Type().Underlying().(*types.Struct)
		if _, isType := f.pkg.Scope().Lookup(name).(*types.TypeName); !isType || !ok {
			continue
		}
		for field := range structure.Fields() {
			if field.Embedded() && types.Identical(field.Type(), named) {
				return true
			}
		}
	}
	return false
}

// isHandle reports whether a method has the signature of Handle.
func isHandle(method *types.Func) bool {
	signature := method.Signature()
	return signature.Params().Len() == 0 && signature.Results().Len() == 1 && types.Identical(signature.Results().At(0).Type(), errorType)
}

// isNearly reports whether a name is another but for one letter too many, too
// few or wrong, or two that have changed places.
func isNearly(name, wanted string) bool {
	if name == wanted {
		return true
	}
	for i := range len(wanted) + 1 {
		before, after := wanted[:i], wanted[i:]
		switch {
		case len(name) == len(wanted)+1 && i < len(name) && name[:i] == before && name[i+1:] == after,
			after != "" && name == before+after[1:],
			len(name) == len(wanted) && after != "" && name[:i] == before && name[i+1:] == after[1:],
			len(after) > 1 && name == before+after[1:2]+after[:1]+after[2:]:
			return true
		}
	}
	return false
}

func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
