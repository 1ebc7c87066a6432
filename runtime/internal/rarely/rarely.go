// Package rarely writes lines of the log that clients can cause without end no
// more often than somebody reads them.
package rarely

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// interval is how long the lines of one kind are held back after one was
// written.
const interval = time.Minute

// Line is one kind of line. The zero value is ready, and safe for concurrent use.
type Line struct {
	mu   sync.Mutex
	next time.Time
	left int64
}

// Log writes a line unless one was written within the last minute. The line
// after that tells how many were left out.
func (l *Line) Log(logger *slog.Logger, level slog.Level, message string, attributes ...any) {
	l.mu.Lock()
	now := time.Now()
	if now.Before(l.next) {
		l.left++
		l.mu.Unlock()
		return
	}
	left := l.left
	l.next, l.left = now.Add(interval), 0
	l.mu.Unlock()
	if left > 0 {
		attributes = append(attributes, "left_out", left)
	}
	logger.Log(context.Background(), level, message, attributes...)
}
