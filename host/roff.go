package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manPage returns the manual of a command in roff, for man. It depends on the
// command and the build alone.
func manPage(cmd *cobra.Command) string {
	p := new(roff)
	name := pageName(cmd)
	p.macro("TH", strings.ToUpper(name), "1", sourceDate(), "gatehouse "+version(), "Gatehouse")
	p.macro("SH", "NAME")
	p.line(roffText(name) + ` \- ` + roffText(lowerFirst(cmd.Short)))
	p.macro("SH", "SYNOPSIS")
	for i, use := range usages(cmd) {
		if i > 0 {
			p.macro("br")
		}
		p.macro("B", use)
	}
	p.macro("SH", "DESCRIPTION")
	p.prose(cmd.Long)
	p.commands(cmd)
	p.flags(cmd)
	for _, section := range sections(cmd) {
		p.macro("SH", strings.ToUpper(section.title))
		for _, t := range section.items {
			p.item(t)
		}
	}
	if cmd.Example != "" {
		p.macro("SH", "EXAMPLES")
		p.literal(cmd.Example)
	}
	p.seeAlso(cmd)
	return p.text.String()
}

// pageName is the name of a command's page, such as gatehouse-sso-login.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// usages are the lines of a command's synopsis.
func usages(cmd *cobra.Command) []string {
	var all []string
	if !isGroup(cmd) {
		all = append(all, cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		all = append(all, cmd.CommandPath()+" COMMAND")
	}
	return all
}

func lowerFirst(text string) string {
	if len(text) > 1 && text[1] >= 'a' && text[1] <= 'z' {
		return strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// roff writes the language of man pages.
type roff struct {
	text   strings.Builder
	begins bool // a section, whose first paragraph does so of itself
}

func (p *roff) line(text string) { p.text.WriteString(text + "\n") }

func (p *roff) macro(name string, args ...string) {
	begins := p.begins
	p.begins = name == "SH"
	if begins && name == "PP" {
		return
	}
	line := "." + name
	for _, arg := range args {
		line += ` "` + strings.ReplaceAll(roffText(arg), `"`, `\(dq`) + `"`
	}
	p.line(line)
}

// roffText escapes what roff would not print as it is.
func roffText(text string) string {
	var escaped strings.Builder
	for _, r := range text {
		switch {
		case roffEscapes[r] != "":
			escaped.WriteString(roffEscapes[r])
		case r > '~':
			fmt.Fprintf(&escaped, `\[u%04X]`, r)
		default:
			escaped.WriteRune(r)
		}
	}
	return escaped.String()
}

var roffEscapes = map[rune]string{'\\': `\e`, '-': `\-`, '\'': `\(aq`, '`': `\(ga`, '^': `\(ha`, '~': `\(ti`}

// content writes a line of text, which may begin like a request.
func (p *roff) content(text string) {
	escaped := roffText(text)
	if strings.HasPrefix(escaped, ".") {
		escaped = `\&` + escaped
	}
	p.line(escaped)
}

// literal writes lines as they are.
func (p *roff) literal(text string) {
	p.macro("PP")
	p.macro("RS", "4")
	p.macro("nf")
	for line := range strings.Lines(text) {
		p.content(strings.TrimPrefix(strings.TrimRight(line, "\n"), "  "))
	}
	p.macro("fi")
	p.macro("RE")
}

// prose writes paragraphs, those that are indented as they are.
func (p *roff) prose(text string) {
	for paragraph := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		switch {
		case paragraph == "":
		case strings.HasPrefix(paragraph, "  "), strings.HasPrefix(paragraph, "\t"):
			p.literal(paragraph)
		default:
			p.macro("PP")
			for line := range strings.Lines(paragraph) {
				p.content(strings.TrimSpace(line))
			}
		}
	}
}

func (p *roff) item(t item) {
	p.macro("TP")
	p.macro("B", t.name)
	p.content(t.meaning)
}

func (p *roff) commands(cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	p.macro("SH", "COMMANDS")
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			p.macro("TP")
			p.line(fmt.Sprintf(`\fB%s\fP(1)`, roffText(pageName(below))))
			p.content(below.Short)
		}
	}
}

func (p *roff) flags(cmd *cobra.Command) {
	p.macro("SH", "OPTIONS")
	cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		names := "--" + flag.Name
		if flag.Shorthand != "" {
			names = "-" + flag.Shorthand + ", " + names
		}
		value, usage := pflag.UnquoteUsage(flag)
		line := `\fB` + roffText(names) + `\fP`
		if value != "" {
			line += ` \fI` + roffText(value) + `\fP`
		}
		p.macro("TP")
		p.line(line)
		p.content(usage)
	})
}

// seeAlso names the page above and those below; man pages are sorted.
func (p *roff) seeAlso(cmd *cobra.Command) {
	var pages []string
	if cmd.HasParent() {
		pages = append(pages, pageName(cmd.Parent()))
	}
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			pages = append(pages, pageName(below))
		}
	}
	for i, page := range pages {
		pages[i] = `\fB` + roffText(page) + `\fP(1)`
	}
	p.macro("SH", "SEE ALSO")
	p.line(strings.Join(pages, ",\n"))
}
