package ssotest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// Services are the services that hooks of the configuration run, as functions
// of their input.
type Services struct {
	mu     sync.Mutex
	byName map[string]Service
	calls  []ServiceCall
}

// Service answers a call of a service.
type Service func(ctx context.Context, input map[string]any) (answer any, err error)

// ServiceCall is a call that a service got.
type ServiceCall struct {
	Name, CID string
	Input     map[string]any
	Text      string // of the input
}

// Set makes a service, or replaces it.
func (s *Services) Set(name string, service Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]Service{}
	}
	s.byName[name] = service
}

// Answer makes a service that answers the same each time, in JSON.
func (s *Services) Answer(name, answer string) {
	s.Set(name, func(context.Context, map[string]any) (any, error) { return json.RawMessage(answer), nil })
}

// Calls returns the calls since the last time that it was asked.
func (s *Services) Calls() []ServiceCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// InvokeService implements core.Services.
func (s *Services) InvokeService(ctx context.Context, name, cid string, input []byte) ([]byte, error) {
	call := ServiceCall{Name: name, CID: cid, Text: string(input)}
	if err := json.Unmarshal(input, &call.Input); err != nil {
		return nil, err
	}
	s.mu.Lock()
	service := s.byName[name]
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	if service == nil {
		return nil, fmt.Errorf("there is no service %s", name)
	}
	answer, err := service(ctx, call.Input)
	if err != nil || answer == nil {
		return nil, err
	}
	return json.Marshal(answer)
}
