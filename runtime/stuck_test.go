package runtime_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/service"
)

// faulty is a compiled-in service that fails in ways that must not reach
// beyond its call.
type faulty struct {
	service.Service
	block chan struct{}
}

func (s *faulty) Handle() error {
	endless := &url.Error{Op: "Get", URL: "/"}
	endless.Err = endless
	switch s.Request.Get("how", "") {
	case "block":
		<-s.block
	case "endless":
		return endless
	case "refusal":
		refusal := service.Conflict("taken")
		refusal.Err = errors.Join(endless, refusal)
		return refusal
	}
	return nil
}

func TestStuckCallsAndEndlessErrorsAreAnswered(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	h := start(t, options{
		compiled: map[string]func() service.Handler{"faulty": func() service.Handler { return &faulty{block: block} }},
		change:   func(c *runtime.Config) { c.Services.Timeout = 200 * time.Millisecond },
	})
	if got := h.invoke("faulty", map[string]any{"how": "endless"}); got.status != http.StatusInternalServerError {
		t.Errorf("got %v", got)
	}
	if got := h.invoke("faulty", map[string]any{"how": "refusal"}); got.status != http.StatusConflict || !strings.Contains(got.text, "taken") {
		t.Errorf("got %v", got)
	}
	until(t, "it is refused", func() bool {
		return h.invoke("faulty", map[string]any{"how": "block"}).status == http.StatusServiceUnavailable
	})
	got := h.invoke("faulty", nil)
	if got.status != http.StatusServiceUnavailable || !strings.Contains(got.text, "self.Context()") {
		t.Errorf("got %v", got)
	}
	close(block)
	until(t, "it is served again", func() bool { return h.invoke("faulty", nil).status == http.StatusOK })
}
