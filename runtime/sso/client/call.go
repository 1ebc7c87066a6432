package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"gatehouse/runtime/sso"
)

// elements are those of a request. One that is absent is not sent.
type elements map[string]any

// setText sets an element unless its text is empty.
func (e elements) setText(name, text string) {
	if text != "" {
		e[name] = text
	}
}

// set sets an element unless it is absent: to null, or to its value.
func set[T any](e elements, name string, optional sso.Optional[T]) {
	if value, isSet := optional.Get(); isSet {
		e[name] = value
	} else if optional.IsPresent() {
		e[name] = nil
	}
}

// refuse is for data that no host takes, such as what was made of a map with an
// unknown key in it: over REST that one would be left out unnoticed.
func refuse(op operation, problem error) error {
	if problem == nil {
		return nil
	}
	refused := &Error{Op: op.id, Codes: []sso.Code{sso.InvalidInput}, Details: problem.Error(), problem: problem.Error()}
	refused.cause = causeOf(refused)
	return refused
}

// call sends elements and reads the answer, out of which it may fill a struct.
// It returns the warning that the answer came with, or "".
func (c *Client) call(ctx context.Context, op operation, in elements, out any) (sso.Code, error) {
	body, err := c.body(op, in)
	if err != nil {
		return "", err
	}
	for tries := 0; ; tries++ {
		warning, err := c.once(ctx, op, body, out)
		wait, isWorthIt := c.wait(ctx, op, tries, err)
		if !isWorthIt {
			return warning, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return "", fmt.Errorf("%w, while waiting after: %w", ctx.Err(), err)
		}
	}
}

// body returns the body that elements are sent in.
func (c *Client) body(op operation, in elements) ([]byte, error) {
	in["current_app"] = c.app
	for name, value := range in {
		if text, isText := value.(string); isText && !utf8.ValidString(text) { // JSON would have something else in its place
			return nil, refuse(op, fmt.Errorf("%s is not valid UTF-8", name))
		}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.id, err) // an attribute that has no JSON
	}
	return body, nil
}

// wait returns how long to wait before the same call is made again, and false
// where it is not to be.
func (c *Client) wait(ctx context.Context, op operation, tries int, err error) (time.Duration, bool) {
	refused, isAnswer := err.(*Error) //nolint:errorlint // as once returns it, or nothing to repeat
	if !isAnswer || !refused.IsTemporary() || !op.isSame || tries >= c.retries {
		return 0, false
	}
	wait := refused.RetryAfter
	if wait <= 0 || wait > c.longestWait {
		return 0, false
	}
	deadline, isLimited := ctx.Deadline()
	return wait, !isLimited || time.Until(deadline) > wait
}

func (c *Client) once(ctx context.Context, op operation, body []byte, out any) (sso.Code, error) {
	response, err := c.send(ctx, c.http, op, body)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	text, err := c.readAll(ctx, op, response)
	if err != nil {
		return "", err
	}
	return read(op, response, text, out)
}

// send sends a body. The caller closes that of the response.
func (c *Client) send(ctx context.Context, through *http.Client, op operation, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, op.method, c.base+op.path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.id, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	response, err := through.Do(request)
	if err != nil {
		return nil, noAnswer(ctx, op.id+": "+op.method+" "+c.base+op.path, err, notHTTP)
	}
	return response, nil
}

// notHTTP is what is said of an answer that the HTTP client does not take.
const notHTTP = "there is no answer, or it is not HTTP, or was cut"

// readAll reads an answer, as long as it may be.
func (c *Client) readAll(ctx context.Context, op operation, response *http.Response) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(response.Body, c.maxAnswer+1))
	if err != nil {
		return nil, noAnswer(ctx, op.id+": read the answer", err, notHTTP)
	}
	if int64(len(text)) > c.maxAnswer {
		return nil, &Error{Op: op.id, Status: response.StatusCode, cause: ErrUnexpectedAnswer, problem: "the answer is longer than " +
			strconv.FormatInt(c.maxAnswer, 10) + " bytes: ask for smaller pages, or allow more (WithMaxAnswer)"}
	}
	return text, nil
}

// answer is what all answers have: those to calls that were done or refused have
// a status, those to others a result that is "Error".
type answer struct {
	CID       string
	Status    string
	SubStatus []sso.Code `json:"sub_status"`
	Result    json.RawMessage
	Details   string
}

// read reads an answer.
func read(op operation, response *http.Response, text []byte, out any) (sso.Code, error) {
	failed := &Error{Op: op.id, Status: response.StatusCode}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil || !isCID(a.CID) || !areCodes(a.SubStatus) {
		return "", unexpected(failed, response)
	}
	failed.CID = a.CID
	isDone := response.StatusCode == http.StatusOK
	switch {
	case isDone && (a.Status == "ok" || a.Status == "warning"):
		if out != nil {
			if err := json.Unmarshal(text, out); err != nil {
				failed.problem, failed.cause = "the answer lacks what it should have, or has it as something else", ErrUnexpectedAnswer
				return "", failed
			}
		}
		if len(a.SubStatus) > 0 {
			return a.SubStatus[0], nil
		}
		return "", nil
	case a.Status == "error" && len(a.SubStatus) > 0: // with 200, too, where the host is configured for that
		failed.Codes = a.SubStatus
	case !isDone && string(a.Result) == `"Error"`:
		failed.Details = a.Details
	default:
		return "", unexpected(failed, response)
	}
	failed.RetryAfter = retryAfter(response)
	failed.cause = causeOf(failed)
	return "", failed
}

// retryAfter reads when to come back: in seconds, or at a time. 0 is not told.
func retryAfter(response *http.Response) time.Duration {
	value := response.Header.Get("Retry-After")
	const most = 1 << 31 // seconds: what does not overflow, and is never anyway
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil && seconds < most {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// unexpected says of an answer that it is none of a host, and what it may be of.
func unexpected(failed *Error, response *http.Response) *Error {
	failed.cause, failed.RetryAfter = ErrUnexpectedAnswer, retryAfter(response)
	failed.problem = describe(response)
	return failed
}
