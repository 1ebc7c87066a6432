package main

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// What a table keeps in order to see how wide its columns are, and how wide they
// become at most: longer cells push those behind them.
const (
	tableSample = 500 // rows
	maxColumn   = 60  // letters
)

// table prints rows in columns as wide as what is in the first rows, so that a
// table may be of any length. It prints nothing where there is no row.
type table struct {
	out    io.Writer
	rows   [][]string // that are not printed yet, the first of which is the header
	widths []int      // nil before any is
}

func newTable(out io.Writer, header ...string) *table {
	return &table{out: out, rows: [][]string{header}}
}

// add adds a row. A cell without text is a dash, so that columns can be counted.
func (t *table) add(cells ...string) error {
	for i, cell := range cells {
		if cells[i] = printableLine(cell); cell == "" {
			cells[i] = "-"
		}
	}
	t.rows = append(t.rows, cells)
	if t.widths == nil && len(t.rows) <= tableSample {
		return nil
	}
	return t.print()
}

// end prints what is left.
func (t *table) end() error {
	if t.widths == nil && len(t.rows) == 1 {
		return nil
	}
	return t.print()
}

func (t *table) print() error {
	if t.widths == nil {
		t.widths = make([]int, len(t.rows[0]))
		for _, row := range t.rows {
			for i, cell := range row {
				if wide := wideness(cell); wide <= maxColumn {
					t.widths[i] = max(t.widths[i], wide)
				}
			}
		}
	}
	var text strings.Builder
	for _, row := range t.rows {
		for i, cell := range row {
			text.WriteString(cell)
			if i < len(row)-1 {
				text.WriteString(strings.Repeat(" ", max(0, t.widths[i]-wideness(cell))+2))
			}
		}
		text.WriteByte('\n')
	}
	t.rows = t.rows[:0]
	_, err := io.WriteString(t.out, text.String())
	return err
}

// wideness is how many columns of a terminal a text takes.
func wideness(text string) (columns int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			columns += 2
		default:
			columns++
		}
	}
	return columns
}
