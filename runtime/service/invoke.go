package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"gatehouse/runtime/internal/nesting"
)

// ErrNoSuchService is matched by the error of Invoke, whose status is 404, where
// there is no service of that name, rather than one that answered so.
var ErrNoSuchService = errors.New("there is no such service")

// Invoke runs another service and returns its payload: a Dict for a JSON
// object, []any for a list, string, float64 or bool otherwise, nil when the
// payload is empty. The call shares the correlation ID and the deadline of
// this one. An answer that is a refusal comes back as an *Error, and so does
// an unknown service (404, and ErrNoSuchService).
func (s *Service) Invoke(name string, input any) (any, error) {
	payload, err := s.invoke(name, input)
	if err != nil || len(payload) == 0 {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(payload, &value); err != nil {
		return nil, fmt.Errorf("payload of service %s: %w", name, err)
	}
	return value, nil
}

// InvokeInto runs another service, as Invoke does, and reads its payload into
// the struct, map or slice that dst points to.
func (s *Service) InvokeInto(name string, input, dst any) error {
	payload, err := s.invoke(name, input)
	if err != nil {
		return err
	}
	if len(payload) == 0 {
		return fmt.Errorf("service %s answered with an empty payload", name)
	}
	if err := json.Unmarshal(payload, dst); err != nil {
		return fmt.Errorf("payload of service %s: %w", name, err)
	}
	return nil
}

func (s *Service) invoke(name string, input any) ([]byte, error) {
	if s.invoker == nil {
		return nil, errors.New("invoke: the call of this service has ended, or was not made by a host")
	}
	body := []byte("{}")
	if input != nil {
		if nesting.IsEndless(input, true) {
			return nil, fmt.Errorf("input for service %s: it is nested more than %d deep, or holds itself", name, nesting.Most)
		}
		encoded, err := json.Marshal(input)
		if err != nil {
			return nil, fmt.Errorf("input for service %s: %w", name, err)
		}
		if !bytes.Equal(encoded, []byte("null")) {
			body = encoded
		}
	}
	return s.invoker.InvokeService(s.Context(), name, s.CID, body)
}
