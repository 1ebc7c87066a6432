package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// The interpreter hands a value of a script's to an interface of the host's in
// a wrapper that holds, of a struct, the last field alone, and of a nil pointer
// nothing. For error and fmt.Stringer, which values are taken out of again and
// compared as, package guard has wrappers that hold the value itself; they are
// made where a value becomes one.

// wrapped returns an expression for the variable v, of a type, as an interface.
func (l *lowering) wrapped(from, to types.Type) string {
	if !l.isOwn(from) {
		return "v"
	}
	value := l.prefix + "guard.Any"
	if l.isBoxed(from) {
		value = l.boxer(from)
	}
	switch {
	case types.Identical(to, errorType):
		return fmt.Sprintf("%sguard.AsError(%s(v), %s, %s, %s, %s)", l.prefix, value, l.forward(from, "Error", "() string"),
			l.forward(from, "Is", "(v0 error) bool"), l.forward(from, "As", "(v0 any) bool"), l.unwrapper(from))
	case isStringer(to):
		return fmt.Sprintf("%sguard.AsStringer(%s(v), %s)", l.prefix, value, l.forward(from, "String", "() string"))
	}
	return "v"
}

func (l *lowering) unwrapper(t types.Type) string {
	for _, result := range []string{"error", "[]error"} {
		if unwrap := l.forward(t, "Unwrap", "() "+result); unwrap != "nil" {
			return unwrap
		}
	}
	return "nil"
}

// forward returns a function that calls a method of v, or nil where its type
// has none of that name and signature.
func (l *lowering) forward(t types.Type, name, signature string) string {
	found, path, _ := types.LookupFieldOrMethod(t, true, l.pkg, name)
	method, ok := found.(*types.Func)
	if !ok || types.NewMethodSet(t).Lookup(l.pkg, name) == nil {
		return "nil"
	}
	params, result, _ := strings.Cut(signature, ") ")
	var passed string
	has := method.Signature()
	if has.Results().Len() != 1 || types.TypeString(has.Results().At(0).Type(), nil) != result {
		return "nil"
	}
	if params == "(" {
		if has.Params().Len() != 0 {
			return "nil"
		}
	} else {
		_, wanted, _ := strings.Cut(params, " ")
		if has.Params().Len() != 1 || types.TypeString(has.Params().At(0).Type(), nil) != wanted {
			return "nil"
		}
		passed = "v0"
	}
	return fmt.Sprintf("func%s { return v%s.%s(%s) }", signature, l.wayTo(t, path), name, passed)
}

// wayTo returns the selectors of the embedded fields on a path to a method, as
// far as they are the script's.
func (l *lowering) wayTo(t types.Type, path []int) string {
	var way strings.Builder
	for _, index := range path[:len(path)-1] {
		if pointer, ok := t.Underlying().(*types.Pointer); ok {
			t = pointer.Elem()
		}
		structure, ok := t.Underlying().(*types.Struct)
		if !ok || structure.Field(index).Pkg() != l.pkg {
			break
		}
		way.WriteString("." + structure.Field(index).Name())
		t = structure.Field(index).Type()
	}
	return way.String()
}

// isOwn reports whether a type, or what it points to, is one that the script
// declares.
func (l *lowering) isOwn(t types.Type) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() == l.pkg && !types.IsInterface(named)
}

// stringerType is fmt.Stringer, for packages that do not import fmt too.
var stringerType = func() types.Type {
	result := types.NewTuple(types.NewVar(token.NoPos, nil, "", types.Typ[types.String]))
	method := types.NewFunc(token.NoPos, nil, "String", types.NewSignatureType(nil, nil, nil, nil, result, false))
	name := types.NewTypeName(token.NoPos, types.NewPackage("fmt", "fmt"), "Stringer", nil)
	return types.NewNamed(name, types.NewInterfaceType([]*types.Func{method}, nil).Complete(), nil)
}()

func isStringer(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Stringer" && pathOf(named.Obj()) == "fmt"
}

// bared has an assertion look at the value itself, where it may be in a wrapper.
func (l *lowering) bared(from, wanted types.Type, value string) string {
	before, after := l.baring(from, wanted)
	return before + value + after
}

// baring returns what bared puts before and after the value.
func (l *lowering) baring(from, wanted types.Type) (before, after string) {
	l.forwardPromoted(wanted, from)
	if !l.isOwn(wanted) || !isEmptyInterface(from) && !l.isHostInterface(from) {
		return "", ""
	}
	if _, isFunction := wanted.Underlying().(*types.Signature); isFunction && isEmptyInterface(from) {
		return "", "" // the interpreter loses the methods of such a type
	}
	if l.isBoxed(wanted) {
		return l.prefix + "guard.Unbox(", fmt.Sprintf(", %q)", l.boxName(wanted))
	}
	return l.prefix + "guard.Bare(", ")"
}

func (l *lowering) isHostInterface(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && types.IsInterface(t) && named.Obj().Pkg() != l.pkg
}

// findsInterface has errors.As look for an interface of the script's by a function:
// the host does not know the interface.
func (l *lowering) findsInterface(target ast.Expr) bool {
	pointer, ok := l.info.TypeOf(target).Underlying().(*types.Pointer)
	if !ok || !l.isOwnInterface(pointer.Elem()) {
		return false
	}
	face := l.typeText(pointer.Elem())
	l.wrap(target, l.helper(fmt.Sprintf("(p *%s) func(error) bool { return func(x error) bool { v, ok := %s(x); if ok { *p = v }; return ok } }",
		face, l.asInterface(errorType, pointer.Elem(), true)), types.Typ[types.Int]))
	return true
}
