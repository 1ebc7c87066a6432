package compile

import (
	"fmt"
	"go/types"
)

// promote declares those methods of a script's struct that an interface asks for
// and that it has from an embedded type of the host's: the interpreter does not
// find them there when the struct becomes the interface.
func (l *lowering) promote(from, to types.Type) {
	t := types.Unalias(from)
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() != l.pkg || !isStruct(named) || !l.isNameable(named) {
		return
	}
	for wanted := range to.Underlying().(*types.Interface).Methods() {
		found, path, _ := types.LookupFieldOrMethod(named, true, l.pkg, wanted.Name())
		method, ok := found.(*types.Func)
		if !ok || len(path) < 2 || method.Pkg() == l.pkg || !wanted.Exported() {
			continue
		}
		receiver := l.typeText(named)
		if types.NewMethodSet(named).Lookup(l.pkg, wanted.Name()) == nil {
			receiver = "*" + receiver
		}
		key := "promote " + receiver + "." + wanted.Name()
		if l.helpers[key] != "" {
			continue
		}
		l.helpers[key] = key
		params, passed := l.params(method.Signature())
		v := l.fresh()
		fmt.Fprintf(&l.added, "func (%s %s) %s(%s)%s { %s%s%s.%s(%s) }\n", v, receiver, wanted.Name(), params, l.resultText(method.Signature()),
			returnIf(method.Signature()), v, l.wayTo(named, path), wanted.Name(), passed)
	}
}
