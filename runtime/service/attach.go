package service

import (
	"context"
	"log/slog"

	"gatehouse/runtime/sso"
)

// Call is all that the host gives to one call of a service.
type Call struct {
	Context context.Context
	CID     string
	Logger  *slog.Logger
	Request Request
	SSO     sso.API
	Invoker Invoker
}

// Invoker runs another service by name: input goes in as JSON, the payload
// comes back as JSON. A refusal is an *Error.
type Invoker interface {
	InvokeService(ctx context.Context, name, cid string, input []byte) (payload []byte, err error)
}

// Attach fills the Service embedded in a handler for one call. It is for the
// host: scripts cannot name it.
func Attach(s *Service, call Call) {
	if call.Request.Input == nil {
		call.Request.Input = Dict{}
	}
	*s = Service{
		CID:     call.CID,
		Logger:  call.Logger,
		Request: call.Request,
		SSO:     call.SSO,
		ctx:     call.Context,
		invoker: call.Invoker,
	}
}

// Base returns the Service embedded in a handler. It is for the host: scripts
// cannot name it.
func Base(h Handler) *Service { return h.base() }
