package channel

import (
	"context"
	"errors"
)

// ErrStopping ends what takes long when the host stops.
var ErrStopping = errors.New("the host is stopping")

type stoppingKey struct{}

// Stopping returns a context that ends when the server that a request came to
// begins to stop. The server waits for requests in flight: one that would go on
// for as long as its client likes should end itself then.
func Stopping(ctx context.Context) context.Context {
	if stopping, ok := ctx.Value(stoppingKey{}).(context.Context); ok {
		return stopping
	}
	return context.Background() // a handler that is called without a Server
}
