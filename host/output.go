package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const jsonFlag = "json"

// addJSON adds the flag that has a command answer in JSON. Then standard output
// has nothing but its result, and each line of standard error is an object:
// remarks, and at last, where the command fails, a failure.
func addJSON(flags *pflag.FlagSet, into *bool, usage string) {
	flags.BoolVar(into, jsonFlag, false, usage)
}

// wantsJSON reports whether a command was called with --json.
func wantsJSON(cmd *cobra.Command) bool {
	flag := cmd.Flags().Lookup(jsonFlag)
	return flag != nil && flag.Value.String() == "true"
}

// askedForJSON is wantsJSON for a command that has failed, perhaps before its
// flags were read.
func askedForJSON(cmd *cobra.Command, args []string) bool {
	if cmd == nil || cmd.Flags().Lookup(jsonFlag) == nil && !isGroup(cmd) {
		return false
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return wantsJSON(cmd) || slices.Contains(args, "--"+jsonFlag)
}

// encode prints a result as JSON, on a line of its own.
func encode(cmd *cobra.Command, result any) error {
	return writeJSON(cmd.OutOrStdout(), result)
}

// writeJSON writes a value as a line of JSON. What a terminal would obey, or show
// nothing of, is escaped: users choose their names, and clients what they say they
// are.
func writeJSON(out io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	line := make([]byte, 0, len(text)+1)
	for _, r := range string(text) {
		switch {
		case r < 0x7f || unicode.IsPrint(r):
			line = utf8.AppendRune(line, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			line = fmt.Appendf(line, `\u%04x\u%04x`, high, low)
		default:
			line = fmt.Appendf(line, `\u%04x`, r)
		}
	}
	_, err = out.Write(append(line, '\n'))
	return err
}

// remark says on standard error what is no result.
func remark(cmd *cobra.Command, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !wantsJSON(cmd) {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
		return
	}
	_ = writeJSON(cmd.ErrOrStderr(), map[string]string{"note": text}) // which is no result
}
