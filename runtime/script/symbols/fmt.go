package symbols

import (
	"fmt"
	"io"
	"reflect"

	"gatehouse/runtime/internal/nesting"
)

// printTo has fmt print to stdout, and refuse values that hold themselves:
// package fmt would follow them until the process ends.
func printTo(symbols map[string]reflect.Value, stdout io.Writer) {
	for name, function := range map[string]any{
		"Print":   func(args ...any) (int, error) { return fmt.Fprint(stdout, finite(args)...) },
		"Printf":  func(format string, args ...any) (int, error) { return fmt.Fprintf(stdout, format, finite(args)...) },
		"Println": func(args ...any) (int, error) { return fmt.Fprintln(stdout, finite(args)...) },
		"Fprint":  func(w io.Writer, args ...any) (int, error) { return fmt.Fprint(w, finite(args)...) },
		"Fprintf": func(w io.Writer, format string, args ...any) (int, error) {
			return fmt.Fprintf(w, format, finite(args)...)
		},
		"Fprintln": func(w io.Writer, args ...any) (int, error) { return fmt.Fprintln(w, finite(args)...) },
		"Sprint":   func(args ...any) string { return fmt.Sprint(finite(args)...) },
		"Sprintf":  func(format string, args ...any) string { return fmt.Sprintf(format, finite(args)...) },
		"Sprintln": func(args ...any) string { return fmt.Sprintln(finite(args)...) },
		"Append":   func(b []byte, args ...any) []byte { return fmt.Append(b, finite(args)...) },
		"Appendf":  func(b []byte, format string, args ...any) []byte { return fmt.Appendf(b, format, finite(args)...) },
		"Appendln": func(b []byte, args ...any) []byte { return fmt.Appendln(b, finite(args)...) },
		"Errorf":   func(format string, args ...any) error { return fmt.Errorf(format, shallow(finite(args))...) },
	} {
		symbols[name] = reflect.ValueOf(function)
	}
}

// finite returns the arguments of a print, or panics.
func finite(args []any) []any {
	for _, arg := range args {
		if nesting.IsEndless(arg, false) {
			panic(fmt.Sprintf("fmt: the %T to print holds itself", arg))
		}
	}
	return args
}
