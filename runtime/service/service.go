// Package service is the whole world of a service script: the Service to
// embed, the request, the response, the logger, other services, errors and,
// through Service.SSO, single sign-on.
//
// A service is a struct that embeds Service and has a Handle method:
//
//	package services
//
//	import "gatehouse/runtime/service"
//
//	type Hello struct{ service.Service }
//
//	func (self *Hello) Handle() error {
//		self.Response.Payload = service.Dict{"hello": self.Request.Get("name", "world")}
//		return nil
//	}
//
// The same source runs interpreted, from a file in a services directory, and
// compiled, given to the runtime as an ordinary Go type.
package service

import (
	"context"
	"log/slog"

	"gatehouse/runtime/sso"
)

// Dict is a JSON object: text keys, any values. A key present with nil is
// JSON's null, which is not the same as a key left out.
type Dict = map[string]any

// Service is embedded by every service. The host fills it before each call
// of Handle; it belongs to that call and is dead once the call has ended.
type Service struct {
	// CID is the correlation ID of the call. Every log line and audit entry
	// of the call carries it.
	CID string

	// Logger writes to the host's log, with the correlation ID and the name
	// of the service already attached.
	Logger *slog.Logger

	// Request is what the caller sent.
	Request Request

	// Response is what the caller gets.
	Response Response

	// SSO manages users, sessions and their attributes.
	SSO sso.API

	ctx     context.Context
	invoker Invoker
}

// Handler is what every service type is, by embedding Service and having a
// Handle method. An error that Handle returns becomes the answer of the call:
// see Error for how to choose its HTTP status.
type Handler interface {
	Handle() error
	base() *Service
}

func (s *Service) base() *Service { return s } //nolint:unused // makes types that embed Service, and no others, a Handler

// Context ends when the call does: at its deadline, or when the caller has
// gone. Give it to whatever waits.
func (s *Service) Context() context.Context {
	if s.ctx == nil {
		return context.Background()
	}
	return s.ctx
}
