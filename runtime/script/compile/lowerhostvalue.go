package compile

import (
	"fmt"
	"go/types"
	"strings"
)

// The interpreter finds out whether a value of one of the script's types has the
// methods of an interface of the script's, but not whether one of the host's
// has, such as an error that is asked for a method Timeout. Such a value gets
// into the interface by way of a type that is made for it:
//
//	type adapter struct {
//		Value  interface{}
//		method func() bool
//	}
//
//	func (a adapter) Timeout() bool { return a.method() }

// adapted returns a statement that returns the variable, if it has the methods
// of an interface of the script's, as that, and true.
func (l *lowering) adapted(variable string, wanted types.Type) string {
	face := wanted.Underlying().(*types.Interface)
	for method := range face.Methods() {
		if !method.Exported() || l.mentionsOwn(method.Signature()) {
			return "" // no type of the host's has it
		}
	}
	adapter, isKnown := l.helpers["adapter "+l.typeText(wanted)]
	if !isKnown {
		adapter = l.fresh()
		l.helpers["adapter "+l.typeText(wanted)] = adapter
		l.added.WriteString(l.adapter(adapter, face))
	}
	var found, conditions, values []string
	for i := range face.NumMethods() {
		method := face.Method(i)
		found = append(found, fmt.Sprintf("f%d, is%[1]d := %sguard.Method(%s, %q).(%s); ", i, l.prefix, variable, method.Name(), l.typeText(method.Signature())))
		conditions = append(conditions, fmt.Sprintf("is%d", i))
		values = append(values, fmt.Sprintf(", f%d", i))
	}
	return fmt.Sprintf("%sif %s { r = %s{%s%s}; return r, true }; ", strings.Join(found, ""), strings.Join(conditions, " && "), adapter, variable, strings.Join(values, ""))
}

// adapter returns the declarations of such a type.
func (l *lowering) adapter(name string, face *types.Interface) string {
	fields, methods := "Value interface{}", ""
	for i := range face.NumMethods() {
		signature := face.Method(i).Signature()
		params, passed := l.params(signature)
		fields += fmt.Sprintf("; f%d %s", i, l.typeText(signature))
		methods += fmt.Sprintf("func (a %s) %s(%s)%s { %sa.f%d(%s) }\n", name, face.Method(i).Name(), params, l.resultText(signature), returnIf(signature), i, passed)
	}
	return fmt.Sprintf("type %s struct { %s }\n%s", name, fields, methods)
}

// mentionsOwn reports whether a signature has types of the script's.
func (l *lowering) mentionsOwn(signature *types.Signature) bool {
	own := false
	types.TypeString(signature, func(pkg *types.Package) string {
		own = own || pkg == l.pkg
		return ""
	})
	return own
}
