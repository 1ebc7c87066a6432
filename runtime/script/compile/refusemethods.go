package compile

import (
	"go/ast"
	"go/types"
)

// Methods of the script's types that the host would look for and not find: the
// interpreter's types have no methods to reflection. What only fails to print a
// value nicely is another matter (package guard); these would make a wrong
// value without a word, or fail half-way through an answer.

// decoding are methods that decoders call, and how to go without.
var decoding = map[string]string{
	"UnmarshalJSON": "JSON", "UnmarshalText": "JSON", "UnmarshalXML": "XML", "UnmarshalXMLAttr": "XML", "UnmarshalBinary": "a decoder",
}

// decoder refuses a method that no decoder would call.
func (r *refusal) decoder(f *ast.FuncDecl) {
	if format, ok := decoding[f.Name.Name]; ok && f.Recv != nil && isUnmarshaler(r.info.Defs[f.Name].(*types.Func)) {
		r.refuse(f.Name.Pos(), "the method %s of a service's type would not be called: read %s into plain fields, and convert them afterwards",
			f.Name.Name, format)
	}
}

// isUnmarshaler reports whether a method has the shape that decoders look for:
// func([]byte) error and the like.
func isUnmarshaler(method *types.Func) bool {
	results := method.Signature().Results()
	return method.Signature().Params().Len() > 0 && results.Len() == 1 && types.Identical(results.At(0).Type(), errorType)
}

// executing are the methods that fill in templates, and which argument it is
// that they fill in.
var executing = map[string]int{
	"(*text/template.Template).Execute": 1, "(*text/template.Template).ExecuteTemplate": 2,
	"(*html/template.Template).Execute": 1, "(*html/template.Template).ExecuteTemplate": 2,
}

// template refuses a value whose methods a template could not call.
func (r *refusal) template(call *ast.CallExpr) {
	callee := calleeOf(r.info, call)
	if callee == nil {
		return
	}
	index, ok := executing[callee.FullName()]
	if !ok || index >= len(call.Args) {
		return
	}
	t := types.Unalias(r.info.TypeOf(call.Args[index]))
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() != r.pkg {
		return
	}
	for method := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		name := method.Obj().Name()
		if method.Obj().Exported() && method.Obj().Pkg() == r.pkg && name != "String" && name != "Error" {
			r.refuse(call.Args[index].Pos(), "a template cannot call the method %s of %s: give it a service.Dict with the values that it shows", name, named.Obj().Name())
			return
		}
	}
}
