package script_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// errorsOfScripts are services that return or panic with errors of their own
// types; some hold themselves.
const errorsOfScripts = `package services

import (
	"errors"
	"fmt"

	"gatehouse/runtime/service"
)

type one struct{ err error }

func (e *one) Error() string { return "one" }
func (e *one) Unwrap() error { return e.err }

type many struct{ errs []error }

func (e *many) Error() string   { return "many" }
func (e *many) Unwrap() []error { return e.errs }

// telling asks its cause for its text.
type telling struct{ err error }

func (e *telling) Error() string { return "telling " + e.err.Error() }
func (e *telling) Unwrap() error { return e.err }

type endless struct{ n int }

func (e endless) Error() string { return fmt.Sprint("endless ", e.n) }
func (e endless) Unwrap() error { return endless{e.n + 1} }

type broken struct{ inUnwrap bool }

func (e *broken) Error() string { panic("boom in Error") }
func (e *broken) Unwrap() error {
	if e.inUnwrap {
		panic("boom in Unwrap")
	}
	return nil
}

type Fail struct{ service.Service }

func (self *Fail) Handle() error {
	switch self.Request.Get("how", "") {
	case "one":
		return &one{service.Conflict("taken")}
	case "many":
		return &many{[]error{&one{}, nil, service.Conflict("taken")}}
	case "joined":
		return errors.Join(&many{[]error{service.Conflict("taken")}}, errors.New("x"))
	case "in itself":
		e := &one{}
		e.err = e
		return e
	case "many in one":
		e := &one{}
		e.err = &many{[]error{e, service.Conflict("taken"), e}}
		return e
	case "refusal in itself":
		e := service.Conflict("taken")
		e.Err = e
		return e
	case "refusal in a joined":
		e := service.Conflict("taken")
		e.Err = errors.Join(e, &one{e})
		return e
	case "telling":
		e := &telling{}
		e.err = e
		return e
	case "endless":
		return endless{1}
	case "deep":
		var e error = service.Conflict("taken")
		for range 500 {
			e = &one{e}
		}
		return e
	case "in Error":
		return &broken{}
	case "in Unwrap":
		return &broken{true}
	case "panic":
		e := &one{}
		e.err = e
		panic(e)
	}
	return nil
}
`

func TestErrorsOfScriptsHaveAnEnd(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": errorsOfScripts})
	for _, c := range []struct {
		how, text string
		refusal   bool // a service.Error is still found in it
		panics    bool
	}{
		{how: "one", text: "one", refusal: true},
		{how: "many", text: "many", refusal: true},
		{how: "joined", text: "many\nx", refusal: true},
		{how: "in itself", text: "one"},
		{how: "many in one", text: "one", refusal: true},
		{how: "refusal in itself", text: "409 Conflict: taken", refusal: true},
		{how: "refusal in a joined", text: "409 Conflict: taken", refusal: true},
		{how: "telling", text: "endless recursion", panics: true},
		{how: "endless", text: "endless 1"},
		{how: "deep", text: "one"},
		{how: "in Error", text: "boom in Error", panics: true},
		{how: "in Unwrap", text: "boom in Unwrap", panics: true},
		{how: "panic", text: "one", panics: true},
	} {
		t.Run(c.how, func(t *testing.T) {
			err := h.call("bad.fail", fmt.Sprintf(`{"how": %q}`, c.how)).err
			if err == nil || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("got %v, want %q", err, c.text)
			}
			var fault *script.PanicError
			if errors.As(err, &fault) != c.panics {
				t.Errorf("got a %T", err)
			}
			var refusal *service.Error
			if errors.As(err, &refusal) != c.refusal {
				t.Errorf("a refusal is found in it: %t", !c.refusal)
			}
			if count(err) > 3000 {
				t.Errorf("it has %d causes", count(err))
			}
		})
	}
	if got := h.call("bad.fail", ""); got.err != nil {
		t.Error(got.err)
	}
}

// count counts an error and its causes; it does not return where they have no
// end.
func count(err error) int {
	n := 1
	switch wrapper := err.(type) {
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			n += count(cause)
		}
	case interface{ Unwrap() []error }:
		for _, cause := range wrapper.Unwrap() {
			n += count(cause)
		}
	}
	return n
}

// ends is a compiled-in service that ends as it is told.
type ends struct {
	service.Service
	err    error
	panics bool
}

func (s *ends) Handle() error {
	if s.panics {
		panic(s.err)
	}
	return s.err
}

// What asks for the text of a host error that holds itself fills the stack,
// and so would whoever logs it.
func TestHostErrorsThatHoldThemselvesHaveAnEnd(t *testing.T) {
	loop := &url.Error{Op: "Get", URL: "/"}
	loop.Err = loop
	far := &url.Error{Op: "Get", URL: "/far"}
	far.Err = &url.Error{Op: "Put", URL: "/near", Err: errors.Join(errors.New("x"), far)}
	refusal := service.Conflict("taken").WithCause(loop)
	wide := errors.New("leaf")
	for range 40 { // the text of this one has 2^40 lines
		wide = errors.Join(wide, wide)
	}
	for name, c := range map[string]struct {
		err  error
		text string
	}{
		"in itself":    {loop, "*url.Error: (an error that holds itself)"},
		"two":          {far, "*url.Error: *url.Error"},
		"in a refusal": {refusal, "409 Conflict: taken"},
		"joined":       {errors.Join(loop, service.Conflict("taken")), "(an error that holds itself)"},
		"wide":         {wide, "(more causes, left out)"},
	} {
		for _, panics := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, panics: %t", name, panics), func(t *testing.T) {
				h := newHost(t, nil)
				if err := h.Register("ends", func() service.Handler { return &ends{err: c.err, panics: panics} }); err != nil {
					t.Fatal(err)
				}
				got := h.call("ends", "")
				if got.err == nil || !strings.Contains(got.err.Error(), c.text) {
					t.Errorf("got %v", got.err)
				}
				if errors.Is(got.err, errors.ErrUnsupported) || count(got.err) > 3000 {
					t.Errorf("it has %d causes", count(got.err))
				}
			})
		}
	}
}

// Whole errors of the host stay what they are.
func TestHostErrorsStayThemselves(t *testing.T) {
	h := newHost(t, nil)
	whole := fmt.Errorf("while testing: %w", &url.Error{Op: "Get", URL: "/", Err: service.Conflict("taken")})
	if err := h.Register("ends", func() service.Handler { return &ends{err: whole} }); err != nil {
		t.Fatal(err)
	}
	if got := h.call("ends", ""); got.err != whole {
		t.Errorf("got %v", got.err)
	}
}

func TestPanicWithNil(t *testing.T) {
	h := newHost(t, map[string]string{"bad.go": source("Bad", `	if self.Request.Get("recovers", "") != "" {
		defer func() {
			fault := recover()
			err, isError := fault.(error)
			self.Response.Payload = fmt.Sprint(fault != nil, " ", isError, " ", err, " ", recover())
		}()
	}
	var nothing any
	panic(nothing)`, "fmt")})
	const text = "panic called with nil argument"
	var fault *script.PanicError
	if got := h.call("bad.bad", ""); !errors.As(got.err, &fault) || !strings.HasPrefix(fault.Message, text) {
		t.Errorf("got %v", got.err)
	}
	if got := h.call("bad.bad", `{"recovers": "x"}`); !strings.HasPrefix(got.payload, `"true true `+text) || !strings.HasSuffix(got.payload, `\u003cnil\u003e"`) {
		t.Errorf("got %+v", got)
	}
}
