package sso

import (
	"context"
	"sync"
)

// API is single sign-on as a service script sees it, in self.SSO. It belongs
// to one call of a service: once the call has ended, every method answers
// ErrEnded and changes nothing.
type API struct {
	// User manages users and their sessions.
	User UserAPI

	// PasswordReset lets users choose a new password who cannot log in.
	PasswordReset PasswordResetAPI

	// TOTP validates codes and makes the URIs that authenticator apps scan.
	TOTP TOTPAPI

	// Audit shows super-users what was called.
	Audit AuditAPI
}

// Bind makes the API of one call of a service, and a function that ends it.
// The function returns when no method of the API is at work any more; ctx
// must have been cancelled, or be about to be, for that to be soon. Bind is
// for the host: scripts cannot name it.
func Bind(ctx context.Context, core Core) (API, func()) {
	b := &binding{ctx: ctx, core: core}
	return API{
		User:          UserAPI{b: b, Session: SessionAPI{b}},
		PasswordReset: PasswordResetAPI{b},
		TOTP:          TOTPAPI{b},
		Audit:         AuditAPI{b},
	}, b.end
}

// binding ties an API to one call.
type binding struct {
	ctx  context.Context
	core Core

	mu    sync.RWMutex // held for reading while a method works
	ended bool
}

func (b *binding) end() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
}

// enter reports whether the call is still on; if so, leave must follow.
func (b *binding) enter(op string) (leave func(), err error) {
	if b == nil {
		return nil, &Error{Op: op, Codes: []Code{InternalError}, Detail: ErrEnded.Error(), Err: ErrEnded}
	}
	b.mu.RLock()
	if b.ended {
		b.mu.RUnlock()
		return nil, &Error{Op: op, Codes: []Code{InternalError}, Detail: ErrEnded.Error(), Err: ErrEnded}
	}
	return b.mu.RUnlock, nil
}

// do runs one method of the core under the binding.
func do[T any](b *binding, op string, method func(context.Context, Core) (T, error)) (T, error) {
	leave, err := b.enter(op)
	if err != nil {
		var none T
		return none, err
	}
	defer leave()
	return method(b.ctx, b.core)
}
