// Package userfile reads files of users to import, CSV or JSON, record by
// record, so that a file may be larger than memory.
package userfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
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
	Line  int // where it begins, from 1
	Lines int // how many it takes; 0 in JSON, where they are not counted
	User  sso.NewUser
	Err   error // why it cannot be read; the records after it can
}

// maxRecord bounds a record, and with it the memory that a file takes.
const maxRecord = 1 << 20 // bytes

// Error says that a file, from a line on, is not what it should be, so that it
// cannot be read any further. Errors of reading itself are returned as they are.
type Error struct {
	Line   int
	Reason string
}

// Error returns the line and the reason.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Reader reads the records of a file.
type Reader struct {
	src  *source
	next func() (Record, error)
	end  error // that Next has returned
}

// NewReader begins to read a file. In CSV the first line names the columns.
func NewReader(r io.Reader, format Format) (*Reader, error) {
	reader := &Reader{src: &source{in: r, line: 1}}
	in := bufio.NewReader(reader.src)
	if mark, _ := in.Peek(2); string(mark) == "\xff\xfe" || string(mark) == "\xfe\xff" {
		return nil, &Error{1, "the file is in UTF-16: save it as UTF-8"}
	}
	skipped := skipMark(in)
	var err error
	switch format {
	case CSV:
		reader.next, err = readCSV(reader.src, in, skipped)
	case JSON:
		reader.next, err = readJSON(reader.src, in, skipped)
	default:
		err = fmt.Errorf("unknown format %q: want csv or json", format)
	}
	return reader, err
}

// skipMark skips the byte order mark that some programs begin UTF-8 with.
func skipMark(in *bufio.Reader) (skipped int64) {
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		_, _ = in.Discard(len(mark)) // which are in the buffer
		return int64(len(mark))
	}
	return 0
}

// Next returns the next record, or io.EOF. Another error says that the file
// cannot be read any further; it comes again from then on.
func (r *Reader) Next() (Record, error) {
	if r.end != nil {
		return Record{}, r.end
	}
	record, err := r.next()
	r.end = err
	return record, err
}

// Offset returns how many bytes of the file have been read.
func (r *Reader) Offset() int64 { return r.src.read }

// source counts lines, and refuses records that are too large.
type source struct {
	in       io.Reader
	read     int64
	done     int64   // where the last record ended
	newlines []int64 // offsets of those that are not counted in line yet
	line     int
	err      error // of reading, but for the end
}

var errTooLarge = errors.New("a record is too large")

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
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// ends notes where a record has ended.
func (s *source) ends(offset int64) {
	s.done = offset
	s.lineAt(offset)
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

// fault makes the error of a file that cannot be read any further: of what was
// wrong when it was read, or at a line.
func (s *source) fault(err error, line int, what string) error {
	switch {
	case s.err != nil:
		return s.err
	case errors.Is(err, errTooLarge):
		return &Error{s.lineAt(s.done), fmt.Sprintf("a record that begins here or below is longer than %d bytes: is a quote or a bracket not closed?", maxRecord)}
	}
	return &Error{line, what}
}

func readJSON(src *source, in *bufio.Reader, skipped int64) (func() (Record, error), error) {
	blank, inArray, err := enter(in)
	if err != nil {
		return nil, err
	}
	skipped += blank
	dec := json.NewDecoder(in)
	fault := func(err error) error {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		line := src.line
		if src.err == nil && !errors.Is(err, errTooLarge) {
			line = src.lineAt(skipped + dec.InputOffset())
		}
		return src.fault(err, line, fmt.Sprintf("not JSON: %v", err))
	}
	if inArray {
		if _, err := dec.Token(); err != nil {
			return nil, fault(err)
		}
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
		_, err = dec.Token()
		inArray = false
	}
	switch {
	case errors.Is(err, io.EOF) && !inArray:
		return io.EOF
	case err != nil:
		return fault(err)
	}
	return fault(errors.New("there is more behind the end of the array")) // which is not shown: it may be a password
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
