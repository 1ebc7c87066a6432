package compile

import (
	"fmt"
	"go/types"
)

// forwardPromoted declares those methods of a script's struct that an interface
// has and that come from a pointer that the struct embeds: without, the
// interpreter takes an assertion from the interface to the struct for impossible,
// for the methods are those of a pointer.
func (l *lowering) forwardPromoted(wanted, from types.Type) {
	named, ok := types.Unalias(wanted).(*types.Named)
	if !ok || named.Obj().Pkg() != l.pkg || !isStruct(named) || !l.isNameable(named) {
		return
	}
	for asked := range from.Underlying().(*types.Interface).Methods() {
		found, path, _ := types.LookupFieldOrMethod(named, false, l.pkg, asked.Name())
		method, ok := found.(*types.Func)
		if !ok || len(path) < 2 || method.Pkg() != l.pkg {
			continue
		}
		if _, isPointer := method.Signature().Recv().Type().(*types.Pointer); !isPointer {
			continue
		}
		key := "promote " + l.typeText(named) + "." + asked.Name()
		if l.helpers[key] != "" {
			continue
		}
		l.helpers[key] = key
		params, passed := l.params(method.Signature())
		v := l.fresh()
		fmt.Fprintf(&l.added, "func (%s %s) %s(%s)%s { %s%s%s.%s(%s) }\n", v, l.typeText(named), asked.Name(), params, l.resultText(method.Signature()),
			returnIf(method.Signature()), v, l.wayTo(named, path), asked.Name(), passed)
	}
}
