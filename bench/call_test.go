package bench

import (
	"context"
	"fmt"
	"io"
	"testing"

	"gatehouse/runtime/invocation"
	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// BenchmarkEmptyService holds an empty interpreted service against the same
// compiled: in the engine alone, through Runtime.Invoke and over HTTP.
func BenchmarkEmptyService(b *testing.B) {
	h := startHost(b, "", io.Discard)
	engine := startEngine(b, h.services)
	ctx := context.Background()
	inEngine := func(name string) contestant {
		return contestant{name, func(int) error {
			_, err := engine.Call(ctx, name, func(ctx context.Context, s *service.Service) {
				service.Attach(s, service.Call{Context: ctx})
			}, func(*service.Service) error { return nil })
			return err
		}}
	}
	invoked := func(name string) contestant {
		return contestant{name, func(int) error {
			_, err := h.runtime.Invoke(ctx, invocation.Request{Service: name})
			return err
		}}
	}
	overHTTP := func(name string) contestant { return h.over(b, name, name, make([]string, 8)) }
	for _, way := range []struct {
		name    string
		through func(service string) contestant
	}{{"engine", inEngine}, {"invoke", invoked}, {"http", overHTTP}} {
		for _, clients := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/clients=%d", way.name, clients), func(b *testing.B) {
				interpreted, compiled := way.through(interpretedEmpty), way.through(compiledEmpty)
				interpreted.name, compiled.name = "interpreted", "compiled"
				compare(b, clients, []contestant{interpreted, compiled}, ratio{"interpreted", "compiled"})
			})
		}
	}
}

func startEngine(b *testing.B, directory string) *script.Engine {
	b.Helper()
	engine, err := script.New(script.Config{Dirs: []string{directory}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	for name, newHandler := range compiledServices() {
		if err := engine.Register(name, newHandler); err != nil {
			b.Fatal(err)
		}
	}
	if err := engine.Load(b.Context()); err != nil {
		b.Fatal(err)
	}
	return engine
}
