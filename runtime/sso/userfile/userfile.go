// Package userfile reads files of users to import, CSV or JSON, record by
// record, so that a file may be larger than memory.
package userfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/sso"
)

// Format is the format of a file.
type Format string

// The formats. JSON is an array of objects, or objects one after another.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// FormatOf tells the format of a file by its name; "" if that says nothing.
func FormatOf(name string) Format {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return CSV
	case ".json", ".jsonl", ".ndjson":
		return JSON
	}
	return ""
}

// Record is one user of a file.
type Record struct {
	Line int // where it begins, from 1
	User sso.NewUser
	Err  error // why it cannot be read; the records after it can
}

// maxRecord bounds a record, and with it the memory that a file takes.
const maxRecord = 1 << 20 // bytes

// Reader reads the records of a file.
type Reader struct {
	src  *source
	next func() (Record, error)
}

// NewReader begins to read a file. In CSV the first line names the columns.
func NewReader(r io.Reader, format Format) (*Reader, error) {
	reader := &Reader{src: &source{in: r, line: 1}}
	var err error
	switch format {
	case CSV:
		reader.next, err = readCSV(reader.src)
	case JSON:
		reader.next, err = readJSON(reader.src)
	default:
		err = fmt.Errorf("unknown format %q: want csv or json", format)
	}
	return reader, err
}

// Next returns the next record, or io.EOF. Another error says that the file
// cannot be read any further.
func (r *Reader) Next() (Record, error) { return r.next() }

// Offset returns how many bytes of the file have been read.
func (r *Reader) Offset() int64 { return r.src.read }

// source counts lines, and refuses records that are too large.
type source struct {
	in       io.Reader
	read     int64
	done     int64   // where the last record ended
	newlines []int64 // offsets of those that are not counted in line yet
	line     int
}

var errTooLarge = fmt.Errorf("a record is longer than %d bytes", maxRecord)

func (s *source) Read(p []byte) (int, error) {
	if s.read-s.done > 2*maxRecord { // decoders read ahead as much as they hold already
		return 0, errTooLarge
	}
	n, err := s.in.Read(p[:min(len(p), maxRecord)])
	for i, b := range p[:n] {
		if b == '\n' {
			s.newlines = append(s.newlines, s.read+int64(i))
		}
	}
	s.read += int64(n)
	return n, err
}

// lineAt returns the line of an offset; offsets never go back.
func (s *source) lineAt(offset int64) int {
	passed := 0
	for passed < len(s.newlines) && s.newlines[passed] < offset {
		passed++
	}
	s.newlines = s.newlines[passed:]
	s.line += passed
	return s.line
}

// readCSV reads the line of columns. An empty cell is a key that is absent.
func readCSV(src *source) (func() (Record, error), error) {
	in := csv.NewReader(src)
	in.FieldsPerRecord = -1 // told in our words
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("line 1: the file is empty: its first line names the columns")
	}
	if err != nil {
		return nil, csvError(err)
	}
	columns := slices.Clone(header)
	columns[0] = strings.TrimPrefix(columns[0], "\ufeff")
	for i, name := range columns {
		columns[i] = strings.TrimSpace(name)
		switch {
		case !slices.Contains(sso.ImportKeys(), columns[i]):
			return nil, fmt.Errorf("line 1: column %d is none of %s", i+1, strings.Join(sso.ImportKeys(), ", "))
		case slices.Contains(columns[:i], columns[i]):
			return nil, fmt.Errorf("line 1: there are two columns %s", columns[i])
		}
	}
	if !slices.Contains(columns, "username") {
		return nil, errors.New("line 1: there is no column username")
	}
	return func() (Record, error) {
		cells, err := in.Read()
		src.done = in.InputOffset()
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			return Record{Line: parse.StartLine, Err: parse.Err}, nil
		case errors.Is(err, io.EOF):
			return Record{}, io.EOF
		case err != nil:
			return Record{}, csvError(err)
		}
		line, _ := in.FieldPos(0)
		if len(cells) != len(columns) {
			return Record{Line: line, Err: fmt.Errorf("%d cells for %d columns", len(cells), len(columns))}, nil
		}
		data := map[string]any{}
		for i, cell := range cells {
			if cell != "" {
				data[columns[i]] = cell
			}
		}
		return Record{Line: line, User: sso.NewUserFromImport(data)}, nil
	}, nil
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: %w", parse.StartLine, parse.Err)
	}
	return err
}

func readJSON(src *source) (func() (Record, error), error) {
	in := bufio.NewReader(src)
	skipped, inArray, err := enter(in)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(in)
	if inArray {
		if _, err := dec.Token(); err != nil {
			return nil, fmt.Errorf("line 1: %w", err)
		}
	}
	fault := func(err error) error {
		if errors.Is(err, errTooLarge) {
			return fmt.Errorf("after line %d: %w", src.lineAt(src.done), err)
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("line %d: not JSON: %w", src.lineAt(skipped+dec.InputOffset()), err)
	}
	return func() (Record, error) {
		if !dec.More() {
			return Record{}, endOfJSON(dec, inArray, fault)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return Record{}, fault(err)
		}
		src.done = skipped + dec.InputOffset()
		record := Record{Line: src.lineAt(src.done - int64(len(raw)))}
		data, err := object(raw)
		if err != nil {
			record.Err = err
			return record, nil
		}
		record.User = sso.NewUserFromImport(data)
		return record, nil
	}, nil
}

// enter skips to the first value and tells whether that is an array.
func enter(in *bufio.Reader) (skipped int64, isArray bool, err error) {
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		_, _ = in.Discard(len(mark)) // which are in the buffer
		skipped += int64(len(mark))
	}
	for ; ; skipped++ {
		b, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return skipped, false, nil
		case err != nil:
			return 0, false, err
		case b != ' ' && b != '\t' && b != '\r' && b != '\n':
			return skipped, b == '[', in.UnreadByte()
		}
	}
}

// endOfJSON returns io.EOF where the file may end.
func endOfJSON(dec *json.Decoder, inArray bool, fault func(error) error) error {
	token, err := dec.Token()
	if inArray && err == nil && token == json.Delim(']') {
		token, err = dec.Token()
		inArray = false
	}
	switch {
	case errors.Is(err, io.EOF) && !inArray:
		return io.EOF
	case err != nil:
		return fault(err)
	}
	return fault(fmt.Errorf("unexpected %v", token))
}

// object reads an object, whose keys must differ.
func object(raw []byte) (map[string]any, error) {
	if !utf8.Valid(raw) {
		return nil, errors.New("not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	data := map[string]any{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string)
		if _, repeated := data[key]; repeated {
			return nil, errors.New("a key is there twice")
		}
		var value any
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		data[key] = value
	}
	return data, nil
}
