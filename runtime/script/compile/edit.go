package compile

import (
	"slices"
	"strings"
)

// edits is a set of changes of a text at byte offsets.
type edits struct {
	text []byte
	list []edit
}

// edit replaces text[start:end].
type edit struct {
	start, end int
	text       string
}

// replace replaces a range, and all changes made within it or at its ends
// before: they are part of what render returns for it.
func (e *edits) replace(start, end int, text string) {
	e.list = slices.DeleteFunc(e.list, func(old edit) bool { return old.start >= start && old.end <= end })
	e.list = append(e.list, edit{start, end, text})
}

// replaceBetween is replace, but keeps what was put in at the ends.
func (e *edits) replaceBetween(start, end int, text string) {
	e.list = slices.DeleteFunc(e.list, func(old edit) bool {
		return old.start >= start && old.end <= end && (old.start < old.end || (old.start > start && old.start < end))
	})
	e.list = append(e.list, edit{start, end, text})
}

// insert puts text at an offset, after what was put there before.
func (e *edits) insert(at int, text string) { e.list = append(e.list, edit{at, at, text}) }

// insertFirst puts text at an offset, before what was put there before.
func (e *edits) insertFirst(at int, text string) {
	e.list = append([]edit{{at, at, text}}, e.list...)
}

// render returns text[start:end] with the changes made within it. What was
// inserted at its ends is part of it.
func (e *edits) render(start, end int) string {
	var within []edit
	for _, change := range e.list {
		if change.start >= start && change.end <= end {
			within = append(within, change)
		}
	}
	slices.SortStableFunc(within, func(a, b edit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		// An insertion stands before a replacement that begins there.
		return min(a.end-a.start, 1) - min(b.end-b.start, 1)
	})
	var out strings.Builder
	at := start
	for _, change := range within {
		if change.start < at {
			panic("overlapping changes of a source")
		}
		out.Write(e.text[at:change.start])
		out.WriteString(change.text)
		at = change.end
	}
	out.Write(e.text[at:end])
	return out.String()
}

// lines returns as many line breaks as a text has.
func lines(text string) string { return strings.Repeat("\n", strings.Count(text, "\n")) }
