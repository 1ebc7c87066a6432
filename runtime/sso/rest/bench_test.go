package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/rest"
)

// instant is a core that has one user and takes no time, so that benchmarks
// measure what the paths themselves cost.
type instant struct {
	sso.Core
	user sso.User
}

func (i instant) CurrentUser(context.Context, sso.Call, bool) (sso.User, error) { return i.user, nil }

func (i instant) UpdateCurrentUser(context.Context, sso.Call, sso.UserPatch) error { return nil }

// sink is a ResponseWriter that keeps the status alone.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header               { return s.header }
func (s *sink) WriteHeader(status int)            { s.status = status }
func (s *sink) Write(content []byte) (int, error) { return len(content), nil }

// BenchmarkUser measures GET and PATCH of a user, without sockets and core.
func BenchmarkUser(b *testing.B) {
	email := "jane@example.com"
	user := sso.SeenBy(sso.User{UserID: "zusr1", Username: "jane", Email: &email}, sso.AsOwner)
	handler, err := channel.New(channel.Config{Invoker: noServices{}, Authenticator: noServices{},
		Routes: rest.Routes(instant{user: user}, rest.Options{})})
	if err != nil {
		b.Fatal(err)
	}
	for method, body := range map[string]string{
		http.MethodGet:   `{"current_app": "CRM", "ust": "gAAAAABk"}`,
		http.MethodPatch: `{"current_app": "CRM", "ust": "gAAAAABk", "email": "jane@example.com", "display_name": null}`,
	} {
		b.Run(method, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequest(method, "/zato/sso/user", strings.NewReader(body))
				answer := &sink{header: http.Header{}}
				handler.ServeHTTP(answer, request)
				if answer.status != http.StatusOK {
					b.Fatalf("status %d", answer.status)
				}
			}
		})
	}
}

// BenchmarkStart measures what the document of all paths costs when a host
// starts, and when it is first asked for.
func BenchmarkStart(b *testing.B) {
	for name, path := range map[string]string{"Start": "", "Document": "/openapi.json", "Page": channel.DocsPath} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				handler, err := channel.New(channel.Config{Invoker: noServices{}, Authenticator: noServices{},
					Routes: rest.Routes(instant{}, rest.Options{})})
				if err != nil {
					b.Fatal(err)
				}
				if path != "" {
					handler.ServeHTTP(&sink{header: http.Header{}}, httptest.NewRequest(http.MethodGet, path, nil))
				}
			}
		})
	}
}
