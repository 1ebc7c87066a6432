package main

import (
	"encoding/json"
	"fmt"
	"slices"

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
	if cmd == nil || cmd.Flags().Lookup(jsonFlag) == nil {
		return false
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return wantsJSON(cmd) || slices.Contains(args, "--"+jsonFlag)
}

// encode prints a result as JSON, on a line of its own.
func encode(cmd *cobra.Command, result any) error {
	return json.NewEncoder(cmd.OutOrStdout()).Encode(result)
}

// remark says on standard error what is no result.
func remark(cmd *cobra.Command, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !wantsJSON(cmd) {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
		return
	}
	_ = json.NewEncoder(cmd.ErrOrStderr()).Encode(map[string]string{"note": text}) // which is no result
}
