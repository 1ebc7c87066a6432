package userfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/internal/similar"
	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/sso"
)

// separators are those that columns may be separated by: Excel writes the
// second where numbers have a comma in them.
const separators = ",;\t|"

var separatorNames = map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "vertical bars"}

// maxLines bounds the lines of a record: one that takes more has swallowed those
// of others, behind a quote that should not be there.
const maxLines = 1000

const openQuote = "a quote is opened here that is not closed where a cell ends: close it, or write it twice"

const notUTF8 = "not valid UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8)"

// table is a CSV file.
type table struct {
	src     *source
	in      *csv.Reader
	text    *bufio.Reader // that in reads
	skipped int64         // bytes before what in reads
	lines   int           // before it
	columns []string
}

// readCSV reads the line of columns. An empty cell is a key that is absent.
func readCSV(src *source, in *bufio.Reader, skipped int64) (func() (Record, error), error) {
	t := &table{src: src, text: in, skipped: skipped}
	separator, err := t.findSeparator(in)
	if err != nil {
		return nil, err
	}
	t.in = csv.NewReader(in)
	t.in.Comma = separator
	t.in.FieldsPerRecord = -1 // told in our words
	t.in.ReuseRecord = true
	if err := t.readHeader(); err != nil {
		return nil, err
	}
	return t.next, nil
}

// findSeparator tells by the line of columns, whose names hold none, what they
// are separated by. A line sep=; before it, which is there for Excel, is skipped.
func (t *table) findSeparator(in *bufio.Reader) (rune, error) {
	head, err := in.Peek(in.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, t.src.fault(err, 1, err.Error())
	}
	first, _, isWhole := bytes.Cut(head, []byte("\n"))
	text := strings.Trim(string(first), "\"\r")
	switch {
	case !isWhole && strings.Contains(string(head), "\r"):
		return 0, &Error{1, "lines end with a carriage return alone: save the file with line feeds"}
	case strings.Contains(text, "\x00"):
		return 0, &Error{1, "the file is not text, or in UTF-16: save it as UTF-8"}
	case isWhole && len(text) == len("sep=;") && strings.HasPrefix(text, "sep=") && strings.Contains(separators, text[4:]):
		_, _ = in.Discard(len(first) + 1) // which are in the buffer
		t.skipped, t.lines = t.skipped+int64(len(first)+1), 1
		return rune(text[4]), nil
	}
	header, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	if at := bytes.IndexAny(header, separators); at >= 0 {
		return rune(header[at]), nil
	}
	return ',', nil
}

func (t *table) readHeader() error {
	header, err := t.in.Read()
	if errors.Is(err, io.EOF) {
		return &Error{1, "the file is empty: its first line names the columns"}
	}
	if err != nil {
		return t.fault(err)
	}
	t.ends()
	line, _ := t.in.FieldPos(0)
	refuse := func(format string, args ...any) error {
		return &Error{t.lines + line, fmt.Sprintf(format, args...)}
	}
	known := sso.ImportKeys()
	t.columns = slices.Clone(header)
	for i, name := range t.columns {
		t.columns[i] = strings.TrimSpace(name)
		switch {
		case !slices.Contains(known, t.columns[i]): // which is not shown: where there is no line of columns, it may be a password
			return refuse("%s is none of %s%s", t.position(i), strings.Join(known, ", "), similar.Hint(t.columns[i], known))
		case slices.Contains(t.columns[:i], t.columns[i]):
			return refuse("there are two columns %s", t.columns[i])
		}
	}
	if !slices.Contains(t.columns, "username") {
		return refuse("there is no column username")
	}
	return nil
}

// position names a column by its number, and what makes it one.
func (t *table) position(i int) string {
	if len(t.columns) == 1 {
		return "the only column (columns are separated by commas, semicolons, tabs or vertical bars)"
	}
	return fmt.Sprintf("column %d of %d, separated by %s,", i+1, len(t.columns), separatorNames[t.in.Comma])
}

func (t *table) next() (Record, error) {
	cells, err := t.in.Read()
	t.ends()
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse) && t.isOpen(parse):
		return Record{}, t.fault(err)
	case errors.As(err, &parse):
		return Record{Line: t.lines + parse.StartLine, Lines: 1, Err: parse.Err}, nil
	case errors.Is(err, io.EOF):
		return Record{}, io.EOF
	case err != nil:
		return Record{}, t.fault(err)
	}
	line, _ := t.in.FieldPos(0)
	record := Record{Line: t.lines + line, Lines: t.linesOf(cells)}
	switch {
	case record.Lines > maxLines:
		return Record{}, &Error{record.Line, fmt.Sprintf("a record of more than %d lines: is a quote not closed?", maxLines)}
	case len(cells) != len(t.columns) && record.Lines > 1: // it may hold others
		return Record{}, &Error{record.Line, fmt.Sprintf("a record of %d lines with %s: is a quote not closed?", record.Lines, t.counts(cells))}
	case len(cells) != len(t.columns):
		record.Err = errors.New(t.counts(cells))
		return record, nil
	}
	data := map[string]any{}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			record.Err = errors.New(t.columns[i] + " is " + notUTF8)
			return record, nil
		}
		if cell != "" {
			data[t.columns[i]] = cell
		}
	}
	record.User = sso.NewUserFromImport(data)
	return record, nil
}

// isOpen tells a quote that may have swallowed the lines of other records, as it
// was open at the end of a line, from one that spoils its own line alone.
func (t *table) isOpen(err *csv.ParseError) bool {
	if err.StartLine != err.Line {
		return true
	}
	_, end := t.text.Peek(1)
	return errors.Is(err.Err, csv.ErrQuote) && end != nil
}

// counts says that there are more cells or fewer than columns.
func (t *table) counts(cells []string) string {
	return fmt.Sprintf("%s for %s, separated by %s", words.Counted(len(cells), "cell", "cells"), words.Counted(len(t.columns), "column", "columns"), separatorNames[t.in.Comma])
}

// linesOf counts the lines of the record that was read last.
func (t *table) linesOf(cells []string) int {
	last := len(cells) - 1
	first, _ := t.in.FieldPos(0)
	line, _ := t.in.FieldPos(last)
	return line - first + 1 + strings.Count(cells[last], "\n")
}

func (t *table) ends() { t.src.ends(t.skipped + t.in.InputOffset()) }

func (t *table) fault(err error) error {
	line, what := t.lines+1, err.Error()
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		line, what = t.lines+parse.StartLine, openQuote
	}
	return t.src.fault(err, line, what)
}
