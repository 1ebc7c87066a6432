package script

import (
	"regexp"
	"strconv"
	"strings"

	"gatehouse/runtime/script/compile"
)

// refusalPosition is where the interpreter says that it cannot run a source: a
// line and a column of what it was given.
var refusalPosition = regexp.MustCompile(`^(?:\S*:)?(\d+):\d+: `)

// interpreterStep begins what the interpreter says of its own failures.
const interpreterStep = "CFG post-order panic: "

// refusal tells why the interpreter does not take a package, by the author's
// file and line. It checks more than the type checker does, and less well.
func refusal(pkg *compile.Package, text string) *LoadError {
	at := compile.Site{File: pkg.Dir}
	if found := refusalPosition.FindStringSubmatch(text); found != nil {
		text = text[len(found[0]):]
		if line, err := strconv.Atoi(found[1]); err == nil && pkg.Origin(line).File != "" {
			at = pkg.Origin(line)
		}
	}
	message := "the interpreter does not take this: " + strings.ReplaceAll(text, pkg.Prefix, "")
	if _, isFailure := strings.CutPrefix(text, interpreterStep); isFailure {
		message = "the interpreter fails on this: write it in smaller statements"
	}
	return &LoadError{Dir: pkg.Dir, Diagnostics: []Diagnostic{{File: at.File, Line: at.Line, Message: message}}}
}
