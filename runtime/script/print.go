package script

import (
	"bytes"
	"log/slog"
)

// maxLine bounds, in bytes, what is kept of a line that a script prints.
const maxLine = 16 << 10

// lineLogger writes the lines that one interpreter prints to a logger.
type lineLogger struct {
	logger *slog.Logger
	call   *slog.Logger // of the call at hand, if there is one
	rest   []byte       // a line that has not ended
}

// Write logs every line that ends in p. It never fails.
func (l *lineLogger) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ended := bytes.Cut(l.rest, []byte("\n"))
		switch {
		case ended:
		case len(line) > maxLine:
			line, rest = line[:maxLine], line[maxLine:]
		default:
			return len(p), nil
		}
		l.log(line)
		l.rest = bytes.Clone(rest)
	}
}

// flush logs a line that has not ended, and ends what the call prints.
func (l *lineLogger) flush() {
	if len(l.rest) > 0 {
		l.log(l.rest)
		l.rest = nil
	}
	l.call = nil
}

func (l *lineLogger) log(line []byte) {
	logger := l.logger
	if l.call != nil {
		logger = l.call
	}
	logger.Info("printed by a script", "text", string(line))
}
