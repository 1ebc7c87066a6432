package channel

import (
	"log"
	"log/slog"
	"strings"
	"unicode/utf8"

	"gatehouse/runtime/internal/rarely"
)

// errorLog takes what http.Server has to say of connections, which clients can
// cause without end: a line of each kind a minute, cut short.
type errorLog struct {
	logger             *slog.Logger
	handshakes, others rarely.Line
}

func newErrorLog(logger *slog.Logger) *log.Logger {
	return log.New(&errorLog{logger: logger}, "", 0)
}

// Write logs a line.
func (l *errorLog) Write(line []byte) (int, error) {
	text := cut(strings.TrimSpace(string(line)), 500)
	switch {
	case strings.HasPrefix(text, "http: Accept error"): // which the listener has told
	case strings.HasPrefix(text, "http: TLS handshake error"):
		l.handshakes.Log(l.logger, slog.LevelWarn, "a TLS handshake failed", "cause", text)
	default:
		l.others.Log(l.logger, slog.LevelWarn, text)
	}
	return len(line), nil
}

// cut shortens text to a number of bytes, and says so.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
