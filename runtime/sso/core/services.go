package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Services runs services by name: the input goes in and the answer comes out
// as JSON. It is what the hooks of the configuration are called through.
type Services interface {
	InvokeService(ctx context.Context, name, cid string, input []byte) ([]byte, error)
}

// invoke runs a service that the configuration names, with the input as JSON,
// and reads its answer, which may be empty, into answer.
func (c *Core) invoke(ctx context.Context, name, cid string, input, answer any) error {
	if c.services == nil {
		return errors.New("there are no services here")
	}
	body, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("the input of service %s: %w", name, err)
	}
	reply, err := c.services.InvokeService(ctx, name, cid, body)
	if err != nil {
		return fmt.Errorf("service %s: %w", name, err)
	}
	if len(reply) == 0 || answer == nil {
		return nil
	}
	if err := json.Unmarshal(reply, answer); err != nil {
		return fmt.Errorf("service %s answered what is not understood: %w", name, err)
	}
	return nil
}
