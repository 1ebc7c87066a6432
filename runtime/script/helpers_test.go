package script_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// host is an engine with a services directory of its own.
type host struct {
	*script.Engine
	dir string
	log *logtest.Buffer
}

// newHost makes an engine over files (name → source) and loads them.
func newHost(t testing.TB, files map[string]string, configure ...func(*script.Config)) *host {
	t.Helper()
	h := &host{dir: filepath.Join(t.TempDir(), "services"), log: &logtest.Buffer{}}
	for name, source := range files {
		h.write(t, name, source)
	}
	config := script.Config{Dirs: []string{h.dir}, Logger: slog.New(slog.NewTextHandler(h.log, nil)),
		Timeout: 5 * time.Minute} // what is slow on a busy machine is not wrong
	for _, change := range configure {
		change(&config)
	}
	engine, err := script.New(config)
	if err != nil {
		t.Fatal(err)
	}
	h.Engine = engine
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := engine.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *host) path(name string) string { return filepath.Join(h.dir, filepath.FromSlash(name)) }

func (h *host) write(t testing.TB, name, source string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(h.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path(name), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
}

// answer is what a call gave.
type answer struct {
	payload string // JSON
	version string
	err     error
}

// invoker lets services invoke each other, as the runtime does.
type invoker struct{ engine *script.Engine }

func (i invoker) InvokeService(ctx context.Context, name, cid string, input []byte) ([]byte, error) {
	got := call(ctx, i.engine, name, string(input))
	return []byte(got.payload), got.err
}

// call calls a service with a JSON object.
func call(ctx context.Context, engine *script.Engine, name, input string) answer {
	return callLogging(ctx, engine, slog.New(slog.DiscardHandler), name, input)
}

func callLogging(ctx context.Context, engine *script.Engine, logger *slog.Logger, name, input string) answer {
	var payload []byte
	version, err := engine.Call(ctx, name,
		func(ctx context.Context, s *service.Service) {
			dict := service.Dict{}
			if input != "" {
				if err := json.Unmarshal([]byte(input), &dict); err != nil {
					panic(err)
				}
			}
			service.Attach(s, service.Call{
				Context: ctx, CID: "cid-1", Logger: logger,
				Request: service.Request{Input: dict, Raw: []byte(input)},
				Invoker: invoker{engine},
			})
		},
		func(s *service.Service) (err error) {
			payload, err = json.Marshal(s.Response.Payload)
			return err
		})
	if err != nil {
		return answer{version: version, err: err}
	}
	return answer{payload: string(payload), version: version}
}

func (h *host) call(name, input string) answer {
	return call(context.Background(), h.Engine, name, input)
}

// within returns a configuration with a deadline for every call.
func within(limit time.Duration) func(*script.Config) {
	return func(config *script.Config) { config.Timeout = limit }
}

// withinOf returns a configuration with a deadline for the calls of one service:
// those that are to succeed have all the time that they need.
func withinOf(service string, limit time.Duration) func(*script.Config) {
	return func(config *script.Config) { config.Timeouts = map[string]time.Duration{service: limit} }
}

// source returns a file with one service whose Handle has the given body.
func source(name, body string, imports ...string) string {
	text := "package services\n\nimport \"gatehouse/runtime/service\"\n"
	for _, path := range imports {
		text += "import \"" + path + "\"\n"
	}
	return text + "\ntype " + name + " struct{ service.Service }\n\n" +
		"func (self *" + name + ") Handle() error {\n" + body + "\n}\n"
}

func answering(value string) string {
	return source("Hello", "\tself.Response.Payload = service.Dict{\"value\": "+value+"}\n\treturn nil")
}

// goroutines counts goroutines of interpreters.
func goroutines() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "(*interpreter).serve")
}
