package symbols

import (
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"

	"gatehouse/runtime/internal/fields"
	"gatehouse/runtime/internal/nesting"
)

// printTo has fmt print to stdout, a script's values with the fields that their
// author wrote, and refuse values that hold themselves: package fmt would follow
// them until the process ends.
func printTo(symbols map[string]reflect.Value, stdout io.Writer) {
	for name, function := range map[string]any{
		"Print": func(args ...any) (int, error) { return fmt.Fprint(stdout, printed("", args)...) },
		"Printf": func(format string, args ...any) (int, error) {
			return fmt.Fprintf(stdout, format, printed(format, args)...)
		},
		"Println": func(args ...any) (int, error) { return fmt.Fprintln(stdout, printed("", args)...) },
		"Fprint":  func(w io.Writer, args ...any) (int, error) { return fmt.Fprint(w, printed("", args)...) },
		"Fprintf": func(w io.Writer, format string, args ...any) (int, error) {
			return fmt.Fprintf(w, format, printed(format, args)...)
		},
		"Fprintln": func(w io.Writer, args ...any) (int, error) { return fmt.Fprintln(w, printed("", args)...) },
		"Sprint":   func(args ...any) string { return fmt.Sprint(printed("", args)...) },
		"Sprintf":  func(format string, args ...any) string { return fmt.Sprintf(format, printed(format, args)...) },
		"Sprintln": func(args ...any) string { return fmt.Sprintln(printed("", args)...) },
		"Append":   func(b []byte, args ...any) []byte { return fmt.Append(b, printed("", args)...) },
		"Appendf": func(b []byte, format string, args ...any) []byte {
			return fmt.Appendf(b, format, printed(format, args)...)
		},
		"Appendln": func(b []byte, args ...any) []byte { return fmt.Appendln(b, printed("", args)...) },
		"Errorf":   func(format string, args ...any) error { return fmt.Errorf(format, shallow(printed(format, args))...) },
	} {
		symbols[name] = reflect.ValueOf(function)
	}
}

// printed returns the arguments of a print as package fmt should get them, or
// panics.
func printed(format string, args []any) []any {
	hasAddresses := addressVerb.MatchString(format)
	isOwn := false
	for i, arg := range args {
		if nesting.IsEndless(arg, false) {
			panic(fmt.Sprintf("fmt: the %T to print holds itself", arg))
		}
		if hasAddresses && reflect.TypeOf(arg) != nil && reflect.TypeOf(arg).Kind() == reflect.Pointer {
			continue // a copy has another
		}
		switch arg.(type) {
		case nil, string, int, bool, float64:
			continue
		}
		if !isOwn {
			args, isOwn = slices.Clone(args), true
		}
		args[i] = fields.Restore(arg)
	}
	return args
}

var addressVerb = regexp.MustCompile(`%[^a-zA-Z%]*p`)
