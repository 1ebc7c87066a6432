package symbols

import (
	"encoding/xml"
	"io"
)

// A script that is stopped goes on returning zero values to the host's functions
// that call it. To most of those that is an end; to what reads it is "nothing
// yet", and io.ReadAll and io.Copy would ask for ever. So what a script's reader
// is asked through gives up where nothing comes, as package bufio does.

// mostEmptyReads is how often a reader may return nothing, one time after
// another.
const mostEmptyReads = 100

// reading is Read of a script's reader.
func reading(read func([]byte) (int, error), p []byte) (int, error) {
	for range mostEmptyReads {
		if n, err := read(p); n != 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// readingAt is ReadAt, which may not return nothing without an error.
func readingAt(read func([]byte, int64) (int, error), p []byte, offset int64) (int, error) {
	n, err := read(p, offset)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.ErrNoProgress
	}
	return n, err
}

// readingRune is ReadRune, for which a rune has a size.
func readingRune(read func() (rune, int, error)) (rune, int, error) {
	r, size, err := read()
	if size == 0 && err == nil {
		err = io.ErrNoProgress
	}
	return r, size, err
}

// readingToken is Token of a script's reader of XML.
func readingToken(read func() (xml.Token, error)) (xml.Token, error) {
	for range mostEmptyReads {
		if token, err := read(); token != nil || err != nil {
			return token, err
		}
	}
	return nil, io.ErrNoProgress
}
