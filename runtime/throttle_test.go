package runtime_test

import (
	"reflect"
	"testing"
)

// TestTooManyFromServices has a service log users in: what it returns as it is
// becomes a 429 with the time to wait, and it can look at it itself.
func TestTooManyFromServices(t *testing.T) {
	t.Parallel()
	o := options{services: map[string]string{"try.go": `package services

import (
	"errors"

	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

type Try struct{ service.Service }

func (self *Try) Handle() error {
	_, err := self.SSO.User.Login(self.CID, "jane", self.Request.Get("password", ""), "CRM", "203.0.113.9", "")
	var refused *sso.Error
	if self.Request.Get("look", "") != "" && errors.Is(err, sso.ErrTooMany) && errors.As(err, &refused) {
		self.Response.Payload = service.Dict{"seconds": refused.RetrySeconds()}
		return nil
	}
	return err
}
`}}
	onEveryStore(t, o, func(t *testing.T, h *host) {
		h.user("jane", nil)
		for range 5 {
			if got := h.invoke("try.try", map[string]any{"password": "Not-The-Password"}); got.status != 403 {
				t.Errorf("a wrong password: %v", got)
			}
		}
		// The clock is the real one: a wait may have passed, and is longer then.
		waited := func(got answer) bool { return got.status == 429 && got.header.Get("Retry-After") != "" }
		got := h.invoke("try.try", map[string]any{"password": "Not-The-Password"})
		for i := 0; !waited(got) && i < 10; i++ {
			got = h.invoke("try.try", map[string]any{"password": "Not-The-Password"})
		}
		if !waited(got) || !reflect.DeepEqual(got.json["sub_status"], []any{"E005001"}) {
			t.Fatalf("one too many: %v", got)
		}
		got = h.invoke("try.try", map[string]any{"password": "Not-The-Password", "look": "yes"})
		for i := 0; got.json["seconds"] == nil && i < 10; i++ {
			got = h.invoke("try.try", map[string]any{"password": "Not-The-Password", "look": "yes"})
		}
		if seconds, _ := got.json["seconds"].(float64); got.status != 200 || seconds < 1 {
			t.Errorf("a service that looks: %v", got)
		}
	})
}
