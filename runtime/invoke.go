package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/runtime/internal/nesting"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

// Invoke runs a service. An error that it returns is an *invocation.Error.
func (r *Runtime) Invoke(ctx context.Context, request invocation.Request) (invocation.Response, error) {
	if request.CID == "" {
		request.CID = invocation.NewCID()
	}
	started := time.Now()
	response, err := r.call(ctx, request)
	if err == nil {
		response.CID = request.CID
		r.logger.LogAttrs(ctx, slog.LevelDebug, "service answered",
			slog.String("cid", request.CID), slog.String("service", request.Service),
			slog.Duration("duration", time.Since(started)),
			slog.Int("status", response.Status), slog.String("version", response.Version))
		return response, nil
	}
	failure := answerTo(request.Service, err)
	failure.CID, failure.Version = request.CID, response.Version
	r.logger.LogAttrs(ctx, levelOf(ctx, failure, err), "service failed",
		slog.String("cid", request.CID), slog.String("service", request.Service),
		slog.Duration("duration", time.Since(started)),
		slog.Int("status", failure.Status), slog.String("version", failure.Version), slog.String("cause", logText(failure)))
	return invocation.Response{}, failure
}

// levelOf is how loud the log tells of a failure: refusals are the caller's
// business, unless their author gave a cause for the log. What a service
// invoked by this one has told already is not repeated aloud.
func levelOf(ctx context.Context, failure *invocation.Error, err error) slog.Level {
	var told *toldError
	var refused *service.Error
	switch {
	case errors.As(err, &told):
		return slog.LevelDebug
	case ctx.Err() != nil && errors.Is(err, context.Canceled): // the caller has gone
		return slog.LevelInfo
	case failure.Status >= http.StatusInternalServerError:
		return slog.LevelError
	case errors.As(err, &refused) && refused.Err != nil:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// toldError is the cause of a failure that the log has told already, where the
// service failed that this one has invoked.
type toldError struct {
	service string
	err     error
}

func (e *toldError) Error() string { return "service " + e.service + " failed, as the log tells" }
func (e *toldError) Unwrap() error { return e.err }

// maxLogText bounds, in bytes, what one failure of a service puts into the log.
const maxLogText = 8 << 10

func logText(failure *invocation.Error) string {
	text := failure.Message
	if failure.Cause != nil {
		text = failure.Cause.Error()
	}
	if len(text) > maxLogText {
		text = text[:maxLogText] + "… (cut)"
	}
	return text
}

// call runs the service and encodes its answer while the call is still on.
func (r *Runtime) call(ctx context.Context, request invocation.Request) (invocation.Response, error) {
	if r.engine == nil {
		return invocation.Response{}, &invocation.Error{Status: http.StatusServiceUnavailable, Message: "no services are loaded"}
	}
	ctx, cancel := context.WithCancel(ctx)
	api, end := sso.Bind(script.Within(ctx), r.sso) // the SSO may run services, too
	// What a runaway service does after its call has ended changes nothing:
	// cancelling stops what is at work, and end waits for it.
	defer end()
	defer cancel()

	var response invocation.Response
	version, err := r.engine.Call(ctx, request.Service,
		func(ctx context.Context, s *service.Service) {
			service.Attach(s, service.Call{
				Context: ctx,
				CID:     request.CID,
				Logger:  slog.New(nesting.Handler{Handler: r.logger.Handler()}).With("cid", request.CID, "service", request.Service),
				Request: newRequest(request),
				SSO:     api,
				Invoker: nested{r},
			})
		},
		func(s *service.Service) error {
			var err error
			response, err = encode(&s.Response)
			return err
		})
	if err != nil {
		return invocation.Response{Version: version}, err
	}
	response.Version = version
	return response, nil
}

// newRequest turns plain data into what a service sees.
func newRequest(request invocation.Request) service.Request {
	seen := service.Request{Input: service.Dict{}, Raw: request.Body}
	if len(bytes.TrimSpace(request.Body)) > 0 {
		var input service.Dict
		if err := json.Unmarshal(request.Body, &input); err == nil && input != nil {
			seen.Input = input
		}
	} else if request.HTTP != nil {
		for name, values := range request.HTTP.Query {
			seen.Input[name] = queryValue(values)
		}
	}
	if request.HTTP != nil {
		seen.HTTP = service.HTTP(*request.HTTP)
	}
	return seen
}

func queryValue(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}

// encode turns what a service has left in its response into plain data.
func encode(answer *service.Response) (invocation.Response, error) {
	status := answer.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status < 200 || status > 599 {
		return invocation.Response{}, fmt.Errorf("the service set Response.Status to %d: want an HTTP status between 200 and 599", status)
	}
	response := invocation.Response{Status: status, Headers: answer.Headers.Clone()}
	if answer.Payload == nil {
		return response, nil
	}
	if nesting.IsEndless(answer.Payload, true) {
		return invocation.Response{}, fmt.Errorf("the service set Response.Payload to a value that is nested more than %d deep, or holds itself", nesting.Most)
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer.Payload); err != nil {
		return invocation.Response{}, fmt.Errorf("the service set Response.Payload to what JSON cannot hold: %w", err)
	}
	response.Body = bytes.TrimRight(body.Bytes(), "\n")
	return response, nil
}

// nested runs services for other services.
type nested struct{ runtime *Runtime }

// InvokeService implements service.Invoker.
func (n nested) InvokeService(ctx context.Context, name, cid string, input []byte) ([]byte, error) {
	response, err := n.runtime.Invoke(ctx, invocation.Request{Service: name, CID: cid, Body: input})
	if err == nil {
		return response.Body, nil
	}
	var refused *invocation.Error
	if !errors.As(err, &refused) {
		return nil, err
	}
	fields := make([]service.FieldError, len(refused.Fields))
	for i, field := range refused.Fields {
		fields[i] = service.FieldError{Field: field.Name, Message: field.Message}
	}
	answer := &service.Error{Status: refused.Status, Message: refused.Message, Fields: fields, SubStatus: refused.SubStatus}
	var missing *script.NotFoundError
	switch {
	case errors.As(refused.Cause, &missing) && missing.Service == name:
		answer.Err = service.ErrNoSuchService
		n.runtime.logger.WarnContext(ctx, "a service was invoked that is not there", "cid", cid, "service", name)
	case refused.Status >= http.StatusInternalServerError:
		answer.Err = &toldError{service: name, err: refused.Cause}
	}
	return nil, answer
}

// answerTo turns the error of a service, or of the engine, into what its
// caller may know.
func answerTo(name string, err error) *invocation.Error {
	var (
		already  *invocation.Error
		refused  *service.Error
		sign     *sso.Error
		missing  *script.NotFoundError
		timedOut *script.TimeoutError
		stuck    *script.StuckError
	)
	switch {
	case errors.As(err, &already):
		copied := *already
		return &copied
	case errors.As(err, &timedOut):
		status := http.StatusGatewayTimeout
		if timedOut.Queued { // it never began: all interpreters were busy
			status = http.StatusServiceUnavailable
		}
		return &invocation.Error{Status: status, Message: timedOut.Error(), Cause: err}
	case errors.As(err, &stuck):
		return &invocation.Error{Status: http.StatusServiceUnavailable, Message: stuck.Error(), Cause: err}
	case errors.As(err, &refused):
		return fromServiceError(refused, err)
	case errors.As(err, &sign):
		return fromSSOError(sign, err)
	case errors.As(err, &missing):
		return &invocation.Error{Status: http.StatusNotFound, Message: missing.Error(), Cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, script.ErrClosed):
		return &invocation.Error{Status: http.StatusServiceUnavailable, Message: fmt.Sprintf("the call of service %s was cancelled", name), Cause: err}
	}
	return &invocation.Error{Status: http.StatusInternalServerError, Message: "Internal error", Cause: err}
}

func fromServiceError(refused *service.Error, err error) *invocation.Error {
	status := refused.Status
	if status < 400 || status > 599 {
		return &invocation.Error{Status: http.StatusInternalServerError, Message: "Internal error",
			Cause: fmt.Errorf("the service answered with an error of status %d: want 400 to 599: %w", status, err)}
	}
	answer := &invocation.Error{Status: status, Message: refused.Message, SubStatus: refused.SubStatus, Cause: err}
	if answer.Message == "" {
		answer.Message = http.StatusText(status)
	}
	if refused.Err != nil {
		answer.Cause = fmt.Errorf("%w: %s", err, refused.Err.Error())
	}
	for _, field := range refused.Fields {
		answer.Fields = append(answer.Fields, invocation.Field{Name: field.Field, Message: field.Message})
	}
	return answer
}

func fromSSOError(refused *sso.Error, err error) *invocation.Error {
	answer := &invocation.Error{Status: http.StatusForbidden, Message: refused.Error(), Cause: err}
	if refused.Err != nil {
		answer.Cause = fmt.Errorf("%w: %s", err, refused.Err.Error())
	}
	if refused.Hidden {
		answer.Message = fmt.Sprintf("%s: %s", refused.Op, sso.NotAllowed)
	}
	for _, code := range refused.Told() {
		answer.SubStatus = append(answer.SubStatus, string(code))
	}
	switch {
	case errors.Is(refused, sso.ErrUnavailable):
		answer.Status = http.StatusServiceUnavailable
	case sso.HasCode(refused, sso.InternalError):
		answer.Status = http.StatusInternalServerError
	}
	return answer
}
