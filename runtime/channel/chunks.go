package channel

import (
	"net/http"
	"time"
)

// Chunks is an answer whose length is not known when it begins: each part is
// sent at once, and has the time to be taken that a whole answer has, so that it
// all may take as long as the client goes on reading.
//
// A handler that cannot finish it panics with http.ErrAbortHandler: the answer is
// cut, and the client sees that something is missing. (HTTP/1.0 does not let it
// see that.)
type Chunks struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

// NewChunks returns an answer of which nothing is sent yet. Close must follow,
// also where the answer is cut.
func NewChunks(w http.ResponseWriter, r *http.Request) *Chunks {
	timeout := defaultWriteTimeout
	if channel := exchangeOf(r.Context()).channel; channel != nil {
		timeout = channel.WriteTimeout
	}
	return &Chunks{w: w, control: http.NewResponseController(w), timeout: timeout}
}

// Write sends a part. After an error there is no more to do.
func (c *Chunks) Write(part []byte) (int, error) {
	c.limit()
	n, err := c.w.Write(part)
	if err != nil {
		return n, err
	}
	if err := c.control.Flush(); err != nil {
		return n, err
	}
	// Making the next part is no fault of the client's; HTTP/2 would end the
	// answer meanwhile.
	_ = c.control.SetWriteDeadline(time.Time{})
	return n, nil
}

// Close has the end of the answer be taken in time as well.
func (c *Chunks) Close() { c.limit() }

func (c *Chunks) limit() { _ = c.control.SetWriteDeadline(time.Now().Add(c.timeout)) } // not all writers have one
