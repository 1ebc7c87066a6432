package channel

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"gatehouse/runtime/internal/rarely"
	"gatehouse/runtime/invocation"
)

// bodies bounds what the large bodies of all requests in progress take together:
// connections alone do not, for one of HTTP/2 carries many requests.
type bodies struct {
	most    int64
	taken   atomic.Int64
	refused rarely.Line
}

const (
	// smallBody is what each body may have without being counted, so that large
	// ones keep no others out.
	smallBody = 64 << 10

	leastBodies = 64 << 20
)

func newBodies(largest int64) *bodies { return &bodies{most: max(leastBodies, 8*largest)} }

// body counts what is read of one.
type body struct {
	io.ReadCloser
	of          *bodies
	logger      *slog.Logger
	read, taken int64
	isRead      bool // to its end
}

// refusedBody is how long the rest of a body that was refused is waited for:
// http.Server reads some of it before it answers.
const refusedBody = time.Second

// Read reads, unless all bodies would take too much.
func (b *body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.read += int64(n)
	b.isRead = b.isRead || errors.Is(err, io.EOF)
	if more := b.read - smallBody - b.taken; more > 0 {
		if b.of.taken.Add(more) > b.of.most {
			b.of.taken.Add(-more)
			b.of.refused.Log(b.logger, slog.LevelWarn, "the large bodies of all requests take too much memory: further ones are refused", "bytes", b.of.most)
			return n, &invocation.Error{
				Status:  http.StatusServiceUnavailable,
				Message: "Too many large bodies at the same time: try again in a few seconds",
			}
		}
		b.taken += more
	}
	return n, err
}

// release gives back what a body took, when its request ends.
func (b *body) release() { b.of.taken.Add(-b.taken) }
