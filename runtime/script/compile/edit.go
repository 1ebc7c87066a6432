package compile

import (
	"slices"
	"strings"
)

// edits is a set of changes of a text at byte offsets.
//
// The changes are filed by where they begin, in a drawer for each piece of the
// text: what concerns a part of the text takes time in proportion to that part.
type edits struct {
	text    []byte
	list    []edit // not yet filed
	drawers map[int][]filed
	last    int // order of the last change
	first   int // order of the first; it is negative once there is an insertFirst
}

// edit replaces text[start:end].
type edit struct {
	start, end int
	text       string
}

// filed is an edit and when it was made, among all others.
type filed struct {
	edit
	order int
}

// drawerSize is about as long as a statement: few changes share a drawer.
const drawerSize = 128

// replace replaces a range, and all changes made within it or at its ends
// before: they are part of what render returns for it.
func (e *edits) replace(start, end int, text string) {
	e.remove(start, end, func(edit) bool { return true })
	e.list = append(e.list, edit{start, end, text})
}

// replaceBetween is replace, but keeps what was put in at the ends.
func (e *edits) replaceBetween(start, end int, text string) {
	e.remove(start, end, func(old edit) bool {
		return old.start < old.end || (old.start > start && old.start < end)
	})
	e.list = append(e.list, edit{start, end, text})
}

// insert puts text at an offset, after what was put there before.
func (e *edits) insert(at int, text string) { e.list = append(e.list, edit{at, at, text}) }

// insertFirst puts text at an offset, before what was put there before.
func (e *edits) insertFirst(at int, text string) {
	e.first--
	e.put(edit{at, at, text}, e.first)
}

// put files a change.
func (e *edits) put(change edit, order int) {
	if e.drawers == nil {
		e.drawers = map[int][]filed{}
	}
	drawer := change.start / drawerSize
	e.drawers[drawer] = append(e.drawers[drawer], filed{change, order})
}

// file files the changes that are not yet.
func (e *edits) file() {
	for _, change := range e.list {
		e.last++
		e.put(change, e.last)
	}
	e.list = e.list[:0]
}

// remove drops changes within a range, ends included.
func (e *edits) remove(start, end int, drops func(edit) bool) {
	e.file()
	for i := start / drawerSize; i <= end/drawerSize; i++ {
		if drawer, ok := e.drawers[i]; ok {
			e.drawers[i] = slices.DeleteFunc(drawer, func(old filed) bool {
				return old.start >= start && old.end <= end && drops(old.edit)
			})
		}
	}
}

// render returns text[start:end] with the changes made within it. What was
// inserted at its ends is part of it.
func (e *edits) render(start, end int) string {
	e.file()
	var within []filed
	for i := start / drawerSize; i <= end/drawerSize; i++ {
		for _, change := range e.drawers[i] {
			if change.start >= start && change.end <= end {
				within = append(within, change)
			}
		}
	}
	slices.SortFunc(within, func(a, b filed) int {
		if a.start != b.start {
			return a.start - b.start
		}
		// An insertion stands before a replacement that begins there.
		if kind := min(a.end-a.start, 1) - min(b.end-b.start, 1); kind != 0 {
			return kind
		}
		return a.order - b.order
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
