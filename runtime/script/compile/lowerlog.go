package compile

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// Package log/slog asks values for their methods LogValue, Error and String,
// and sees none on those of a script's types: a value that hides itself from the
// log would be logged.

// logged has an argument of a function of log/slog become what has its methods,
// and reports whether it did.
func (l *lowering) logged(argument ast.Expr) bool {
	t := l.info.TypeOf(argument)
	switch {
	case l.info.Types[argument].IsNil():
		return false
	case isEmptyInterface(t):
		if finder := l.loggable(t); finder != "" {
			l.wrap(argument, finder)
			return true
		}
	case l.hasLogValue(t) && l.isNameable(baseOf(t)):
		l.wrap(argument, l.logger(t))
		return true
	default:
		if face := l.printMethod(t); face != nil && !l.isBoxed(t) {
			l.wrap(argument, l.identity(t, face))
			return true
		}
		if printer := l.printable(t, 0); printer != "" {
			l.wrap(argument, l.helper(fmt.Sprintf("(v %s) interface{} { return %sguard.Printed(v, %s(v)) }", l.typeText(t), l.prefix, printer), types.Typ[types.Int]))
			return true
		}
	}
	return false
}

func (l *lowering) hasLogValue(t types.Type) bool {
	return l.isOwn(t) && !types.IsInterface(t) && l.forward(t, "LogValue", "() log/slog.Value") != "nil"
}

// logger returns a function that makes of a value one that package log/slog
// asks for what it may log.
func (l *lowering) logger(t types.Type) string {
	return l.helper(fmt.Sprintf("(v %s) interface{} { return %sguard.Logged(func() interface{} { return v.LogValue() }) }",
		l.typeText(t), l.prefix), t)
}

// loggable returns a function that finds, in an empty interface, the values that
// have such methods, or "" where the script has no such types.
func (l *lowering) loggable(from types.Type) string {
	var steps strings.Builder
	scope := l.pkg.Scope()
	for _, name := range scope.Names() {
		declared, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || declared.IsAlias() || types.IsInterface(declared.Type()) {
			continue
		}
		for _, t := range []types.Type{declared.Type(), types.NewPointer(declared.Type())} {
			switch {
			case !l.hasLogValue(t):
			case l.isBoxed(t):
				fmt.Fprintf(&steps, "if %[1]sguard.IsBox(x, %[2]q) { return %[3]s(%[1]sguard.Unbox(x, %[2]q).(%[4]s)) }; ",
					l.prefix, l.boxName(t), l.logger(t), l.typeText(t))
			case isStruct(baseOf(t)):
				fmt.Fprintf(&steps, "if v, is := b.(%s); is { return %s(v) }; ", l.typeText(t), l.logger(t))
			}
		}
	}
	shown := l.methodShown(from)
	switch {
	case steps.Len() == 0:
		return shown
	case shown == "":
		return l.helper(fmt.Sprintf("(x interface{}) interface{} { b := %sguard.Bare(x); _ = b; %sreturn x }", l.prefix, &steps), types.Typ[types.Int])
	}
	return l.helper(fmt.Sprintf("(x interface{}) interface{} { b := %sguard.Bare(x); _ = b; %sreturn %s(x) }", l.prefix, &steps, shown), types.Typ[types.Int])
}
