package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gatehouse/runtime/sso"
)

// boolean is a flag of a boolean that may be given as a word of its own, as
// Zato's scripts do: --must-change true.
type boolean bool

func (b *boolean) String() string { return strconv.FormatBool(bool(*b)) }
func (*boolean) Type() string     { return "bool" }

// Set implements pflag.Value.
func (b *boolean) Set(text string) error {
	value, known := booleans[strings.ToLower(text)]
	if !known {
		return errors.New("want true or false")
	}
	*b = boolean(value)
	return nil
}

// booleans are the words that a boolean may be.
var booleans = map[string]bool{
	"true": true, "yes": true, "on": true, "1": true, "t": true, "y": true,
	"false": false, "no": false, "off": false, "0": false, "f": false, "n": false,
}

// booleanVar adds a flag of a boolean; without a word it is true.
func booleanVar(flags *pflag.FlagSet, into *boolean, name string, value bool, usage string) {
	*into = boolean(value)
	flags.Var(into, name, usage)
	flags.Lookup(name).NoOptDefVal = "true"
}

// joinBooleans puts an = between each flag of a boolean and a word behind it
// that is one, which pflag would take for an argument.
func joinBooleans(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil {
		return args
	}
	joined := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		joined = append(joined, arg)
		if arg == "--" {
			return append(joined, args[i+1:]...)
		}
		name, isFlag := strings.CutPrefix(arg, "--")
		if !isFlag || strings.Contains(name, "=") {
			continue
		}
		flag := cmd.Flags().Lookup(name)
		switch {
		case flag == nil || i+1 == len(args):
		case flag.NoOptDefVal == "": // what follows is its value, whatever it looks like
			i++
			joined = append(joined, args[i])
		default:
			_, isBoolean := flag.Value.(*boolean)
			if _, known := booleans[strings.ToLower(args[i+1])]; isBoolean && known {
				i++
				joined[len(joined)-1] += "=" + args[i]
			}
		}
	}
	return joined
}

// span is a flag of a duration, which takes days and weeks, too.
type span time.Duration

func (s *span) String() string { return time.Duration(*s).String() }
func (*span) Type() string     { return "duration" }

// Set implements pflag.Value.
func (s *span) Set(text string) error {
	value, err := sso.ParseSpan(text)
	*s = span(value)
	return err
}

// flagValues is what flags take, by the names of their types.
var flagValues = map[string]string{
	"bool": "true or false", "int": "a whole number", "int64": "a whole number", "duration": "a duration such as 30m, 24h, 7d or 2w",
}

// normalize lets every flag of a command and those below it be written with
// underscores, as in the settings, and keeps other names that it has.
func normalize(cmd *cobra.Command) {
	before := cmd.Flags().GetNormalizeFunc()
	cmd.Flags().SetNormalizeFunc(func(flags *pflag.FlagSet, name string) pflag.NormalizedName {
		return before(flags, strings.ReplaceAll(name, "_", "-"))
	})
	for _, below := range cmd.Commands() {
		normalize(below)
	}
}
