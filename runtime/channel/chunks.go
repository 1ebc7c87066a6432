package channel

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Chunks is an answer whose length is not known when it begins: each part is
// sent at once, and has the time to be taken that a whole answer has, so that it
// all may take as long as the client goes on reading.
//
// A handler that cannot finish it panics with http.ErrAbortHandler: the answer is
// cut, and the client sees that something is missing. (HTTP/1.0 does not let it
// see that.) When the server stops, Write fails with ErrStopping at once, also
// where it waits for a client.
type Chunks struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	forget  func() bool // of the server's stop

	mu       sync.Mutex // held where deadlines are set
	hasBegun bool
	isCut    bool // by the server's stop
	isClosed bool // w may be gone
}

// NewChunks returns an answer of which nothing is sent yet. Close must follow,
// also where the answer is cut.
func NewChunks(w http.ResponseWriter, r *http.Request) *Chunks {
	timeout := defaultWriteTimeout
	if channel := exchangeOf(r.Context()).channel; channel != nil {
		timeout = channel.WriteTimeout
	}
	c := &Chunks{w: w, control: http.NewResponseController(w), timeout: timeout}
	c.forget = context.AfterFunc(Stopping(r.Context()), c.cut)
	return c
}

// cut ends a Write that waits, and all that come.
func (c *Chunks) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = true
	if c.hasBegun && !c.isClosed { // before, there may be another answer
		_ = c.control.SetWriteDeadline(time.Unix(1, 0))
	}
}

// Write sends a part. After an error there is no more to do.
func (c *Chunks) Write(part []byte) (int, error) {
	if !c.limit(time.Now().Add(c.timeout)) {
		return 0, ErrStopping
	}
	n, err := c.w.Write(part)
	if err == nil {
		err = c.control.Flush()
	}
	if err != nil {
		if c.wasCut() {
			err = ErrStopping
		}
		return n, err
	}
	// Making the next part is no fault of the client's; HTTP/2 would end the
	// answer meanwhile.
	if !c.limit(time.Time{}) {
		return n, ErrStopping
	}
	return n, nil
}

// Close has the end of the answer be taken in time as well. It comes before the
// handler ends.
func (c *Chunks) Close() {
	c.forget()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isClosed = true
	_ = c.control.SetWriteDeadline(time.Now().Add(c.timeout))
}

// limit sets a deadline, unless the answer was cut.
func (c *Chunks) limit(until time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isCut {
		return false
	}
	c.hasBegun = true
	_ = c.control.SetWriteDeadline(until) // not all writers have one
	return true
}

func (c *Chunks) wasCut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isCut
}
