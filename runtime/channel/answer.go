package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/security"
)

// retryAfter is what callers are told to wait after 429 and 503, in seconds.
const retryAfter = "2"

const internalError = "Internal error"

// failure is the shape of an error.
type failure struct {
	Result  string             `json:"result"`
	CID     string             `json:"cid"`
	Details string             `json:"details"`
	Fields  []invocation.Field `json:"fields,omitempty"`

	// Status and SubStatus are there for errors of the SSO.
	Status    string   `json:"status,omitempty"`
	SubStatus []string `json:"sub_status,omitempty"`
}

// WriteJSON answers with a status and a value in JSON. A value that has no JSON
// is a fault of the program, and panics.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	writeBody(w, status, body.Bytes())
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is no news
}

// WriteError answers with an error. The message, fields and sub-status of an
// *invocation.Error are told, unless its status is 500; the database being away
// is 503; of any other error only the log tells more than the correlation ID.
// 429 and 503 ask to come back after two seconds, unless the error says another
// time or the header Retry-After is set already.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	told := tell(r.Context(), err)
	if told.Version != "" {
		noteVersion(w, r, told.Version)
	}
	answer := failure{
		Result:    "Error",
		CID:       CID(r.Context()),
		Details:   told.Message,
		Fields:    told.Fields,
		SubStatus: told.SubStatus,
	}
	if len(told.SubStatus) > 0 {
		answer.Status = "error"
	}
	switch told.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if told.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(told.RetryAfter))
		}
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", retryAfter)
		}
	}
	WriteJSON(w, told.Status, answer)
}

// tell returns what a client is told of an error, and logs what it is not.
func tell(ctx context.Context, err error) invocation.Error {
	var known *invocation.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		told := *known
		if told.Status < http.StatusBadRequest || told.Status > 599 {
			Logger(ctx).Error("an error has a status that is none", "status", told.Status, "error", err)
			told.Status = http.StatusInternalServerError
		}
		if told.Status == http.StatusInternalServerError {
			return invocation.Error{Status: told.Status, Message: internalError, Version: told.Version}
		}
		if told.Message == "" {
			told.Message = http.StatusText(told.Status)
		}
		return told
	case errors.As(err, &tooLarge):
		return invocation.Error{
			Status:  http.StatusRequestEntityTooLarge,
			Message: "The body is larger than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes",
		}
	case errors.Is(err, security.ErrBusy):
		Logger(ctx).Warn("too many credentials are being verified")
		return invocation.Error{Status: http.StatusServiceUnavailable, Message: "Too busy: try again in a few seconds"}
	case database.IsKind(err, database.Unavailable):
		Logger(ctx).Error("the database is unavailable", "error", err)
		return invocation.Error{Status: http.StatusServiceUnavailable, Message: "The database is unavailable: try again later"}
	case ctx.Err() != nil: // nobody will read this
		return invocation.Error{Status: http.StatusServiceUnavailable, Message: "The request was cancelled"}
	}
	Logger(ctx).Error("request failed", "error", err)
	return invocation.Error{Status: http.StatusInternalServerError, Message: internalError}
}

// noteVersion puts the version of the service that answers into the answer and
// the log.
func noteVersion(w http.ResponseWriter, r *http.Request, version string) {
	w.Header().Set(headerVersion, version)
	exchangeOf(r.Context()).version = version
}
