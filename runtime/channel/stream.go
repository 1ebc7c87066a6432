package channel

import (
	"net/http"
	"time"
)

// WriteChunk sends a part of an answer whose length is not known, at once. Each
// part has the time to be taken that a whole answer has, so that an answer may
// take as long as the client goes on reading. What cannot be sent is an error,
// after which there is no more to do.
//
// A handler that cannot finish such an answer panics with http.ErrAbortHandler:
// the connection is cut, and the client sees that something is missing. (HTTP/1.0
// does not let it see that.)
func WriteChunk(w http.ResponseWriter, r *http.Request, chunk []byte) error {
	control := http.NewResponseController(w)
	if channel := exchangeOf(r.Context()).channel; channel != nil {
		_ = control.SetWriteDeadline(time.Now().Add(channel.WriteTimeout)) // without one, it is the server's
	}
	if _, err := w.Write(chunk); err != nil {
		return err
	}
	return control.Flush()
}
