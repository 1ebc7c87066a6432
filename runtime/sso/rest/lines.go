package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/openapi"
)

// chunk is how much of an answer in lines is sent at once, in bytes.
const chunk = 32 << 10

// lineWriter sends an answer in lines.
type lineWriter struct {
	w       http.ResponseWriter
	isHead  bool
	chunks  *channel.Chunks
	pending bytes.Buffer
	encoder *json.Encoder
	hasSent bool
}

// errNoBody ends an answer to HEAD, which is its header alone.
var errNoBody = errors.New("an answer without body")

// begin sends the header.
func (l *lineWriter) begin() error {
	if l.hasSent {
		return nil
	}
	l.hasSent = true
	l.w.Header().Set("Content-Type", openapi.NDJSON)
	l.w.WriteHeader(http.StatusOK)
	if l.isHead {
		return errNoBody
	}
	return nil
}

// line adds a line, and sends what there is when it is enough.
func (l *lineWriter) line(value any) error {
	if err := l.encoder.Encode(value); err != nil {
		return err
	}
	if l.pending.Len() < chunk {
		return nil
	}
	return l.flush()
}

// flush sends what there is.
func (l *lineWriter) flush() error {
	if err := l.begin(); err != nil || l.pending.Len() == 0 {
		return err
	}
	_, err := l.chunks.Write(l.pending.Bytes())
	l.pending.Reset()
	return err
}

// sendLines answers with lines. What fails before the first is refused as all
// else; later, the connection is cut, also when the host stops: clients go on from
// the last line, and would keep it from stopping otherwise.
func (h handler) sendLines(w http.ResponseWriter, r *http.Request, lines func(context.Context, *lineWriter) error) {
	if !r.ProtoAtLeast(1, 1) { // which has no other way to tell that an answer was cut
		channel.WriteError(w, r, &invocation.Error{Status: http.StatusHTTPVersionNotSupported,
			Message: "This answer needs HTTP/1.1 or later: HTTP/1.0 cannot tell whether it is complete"})
		return
	}
	writer := &lineWriter{w: w, isHead: r.Method == http.MethodHead, chunks: channel.NewChunks(w, r)}
	defer writer.chunks.Close()
	writer.encoder = json.NewEncoder(&writer.pending)
	writer.encoder.SetEscapeHTML(false)
	ctx, end := context.WithCancel(r.Context())
	defer end()
	stopping := channel.Stopping(r.Context())
	defer context.AfterFunc(stopping, end)() // also where it waits for the database
	err := lines(ctx, writer)
	if err != nil && stopping.Err() != nil && !errors.Is(err, channel.ErrStopping) {
		err = fmt.Errorf("%w: %w", channel.ErrStopping, err)
	}
	switch {
	case err == nil, errors.Is(err, errNoBody):
	case !writer.hasSent && errors.Is(err, channel.ErrStopping):
		channel.WriteError(w, r, &invocation.Error{Status: http.StatusServiceUnavailable, Message: "The host is stopping: try again later", Cause: err})
	case !writer.hasSent:
		h.refuse(w, r, err)
	default:
		channel.Logger(r.Context()).Warn("an answer was cut off", "path", r.URL.Path, "cause", err)
		panic(http.ErrAbortHandler)
	}
}
