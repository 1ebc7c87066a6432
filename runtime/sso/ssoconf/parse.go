// Package ssoconf turns the configuration file of Zato's SSO, sso.conf, into
// the section sso of ours.
package ssoconf

import (
	"slices"
	"strings"
)

// entry is a setting of a file, as it is written there.
type entry struct {
	section string
	key     string
	value   string   // of a setting that takes one value
	items   []string // of a setting that takes a list
	line    int
}

// fault is a line that cannot be read.
type fault struct {
	line   int
	reason string
}

// maxSize bounds a file, in bytes.
const maxSize = 1 << 20

// parse reads a file of ConfigObj's form: sections in brackets, key = value,
// comments after #, values in single, double or triple quotes, which may run
// over lines, and lists with commas. Lines that it cannot read are faults; all
// others are read.
func parse(text string) (entries []entry, faults []fault) {
	if len(text) > maxSize {
		return nil, []fault{{1, "the file is larger than a megabyte: it is no sso.conf"}}
	}
	text = strings.TrimPrefix(text, "\ufeff")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	section, isNested := "", false
	for i := 0; i < len(lines); i++ {
		number, line := i+1, strings.TrimSpace(lines[i])
		refuse := func(reason string) { faults = append(faults, fault{number, reason}) }
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			name, rest, closed := strings.Cut(strings.TrimLeft(line, "["), "]")
			rest = strings.TrimLeft(rest, "] \t")
			section, isNested = unquote(strings.TrimSpace(name)), strings.HasPrefix(line, "[[")
			switch {
			case !closed || rest != "" && rest[0] != '#':
				refuse("this is no name of a section")
				isNested = true // whose settings nobody can tell
			case isNested:
				refuse("there are no sections within sections")
			}
		default:
			key, rest, ok := cutKey(line)
			if !ok {
				refuse("this is neither a section nor key = value")
				continue
			}
			read := entry{section: section, key: key, line: number}
			if quote := tripleQuote(rest); quote != "" {
				// A value of several lines ends where its quotes do.
				value, after, closed := strings.Cut(rest[len(quote):], quote)
				for !closed && i+1 < len(lines) {
					i++
					more, behind, found := strings.Cut(lines[i], quote)
					value, after, closed = value+"\n"+more, behind, found
				}
				if !closed || !isComment(after) {
					refuse("the quotes of this value do not end")
					continue
				}
				read.value, read.items = value, listOfLines(value)
			} else if read.value, read.items, ok = values(rest); !ok {
				refuse("the quotes of this value do not match")
				continue
			}
			if isNested {
				refuse("this belongs to a section that cannot be read")
				continue
			}
			entries = append(entries, read)
		}
	}
	return entries, faults
}

// cutKey cuts a line at its equals sign.
func cutKey(line string) (key, rest string, ok bool) {
	if quote := line[0]; quote == '"' || quote == '\'' {
		key, rest, ok = strings.Cut(line[1:], string(quote))
		if rest = strings.TrimSpace(rest); !ok || !strings.HasPrefix(rest, "=") {
			return "", "", false
		}
		return key, strings.TrimSpace(rest[1:]), key != ""
	}
	key, rest, ok = strings.Cut(line, "=")
	key = strings.TrimSpace(key)
	return key, strings.TrimSpace(rest), ok && key != ""
}

func tripleQuote(text string) string {
	for _, quote := range []string{`"""`, `'''`} {
		if strings.HasPrefix(text, quote) {
			return quote
		}
	}
	return ""
}

func isComment(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || text[0] == '#'
}

// values reads what stands behind an equals sign, up to a comment: as one
// value and as a list. Commas within quotes belong to the value.
func values(text string) (value string, items []string, ok bool) {
	rest, wasQuoted := text, false
	for first := true; ; first = false {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" || rest[0] == '#' {
			break
		}
		var item string
		if quote := rest[0]; quote == '"' || quote == '\'' {
			var closed bool
			if item, rest, closed = strings.Cut(rest[1:], string(quote)); !closed {
				return "", nil, false
			}
			wasQuoted = first
		} else {
			end := strings.IndexAny(rest, ",#")
			if end < 0 {
				end = len(rest)
			}
			item, rest = strings.TrimSpace(rest[:end]), rest[end:]
			wasQuoted = false
		}
		items = append(items, item)
		rest = strings.TrimLeft(rest, " \t")
		switch {
		case rest == "" || rest[0] == '#':
		case rest[0] != ',':
			return "", nil, false
		default:
			rest = rest[1:]
			wasQuoted = false
		}
	}
	if wasQuoted && len(items) == 1 {
		return items[0], items, true
	}
	value = strings.TrimSpace(strings.TrimSuffix(text, rest))
	return value, slices.DeleteFunc(items, func(item string) bool { return item == "" }), true
}

// listOfLines reads a list in triple quotes: an item a line, or with commas.
func listOfLines(value string) (items []string) {
	separator := "\n"
	if !strings.Contains(strings.TrimSpace(value), "\n") {
		separator = ","
	}
	for _, item := range strings.Split(value, separator) {
		if item = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(item), ",")); item != "" {
			items = append(items, unquote(item))
		}
	}
	return items
}

func unquote(text string) string {
	if n := len(text); n >= 2 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'') {
		return text[1 : n-1]
	}
	return text
}
