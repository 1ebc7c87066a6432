package script_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gatehouse/runtime/script"
	"gatehouse/runtime/service"
)

// twins are services whose scripts below say the same.
type (
	empty   struct{ service.Service }
	mapping struct{ service.Service }
)

func (self *empty) Handle() error { return nil }

func (self *mapping) Handle() error {
	self.Response.Payload = service.Dict{
		"name": self.Request.Get("name", "nobody"), "active": true, "count": 3,
	}
	return nil
}

const emptyScript = "\treturn nil"

const mappingScript = `	self.Response.Payload = service.Dict{
		"name": self.Request.Get("name", "nobody"), "active": true, "count": 3,
	}
	return nil`

// BenchmarkCall holds interpreted services against the same compiled in.
func BenchmarkCall(b *testing.B) {
	h := newHost(b, map[string]string{
		"empty.go":   source("Empty", emptyScript),
		"mapping.go": source("Mapping", mappingScript),
	})
	for name, newHandler := range map[string]func() service.Handler{
		"native.empty":   func() service.Handler { return &empty{} },
		"native.mapping": func() service.Handler { return &mapping{} },
	} {
		if err := h.Register(name, newHandler); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	input := service.Dict{"name": "Ada"}
	once := func(name string) error {
		_, err := h.Call(ctx, name, func(ctx context.Context, s *service.Service) {
			service.Attach(s, service.Call{Context: ctx, Request: service.Request{Input: input}})
		}, func(*service.Service) error { return nil })
		return err
	}
	for _, kind := range []struct{ what, compiled, interpreted string }{
		{"empty", "native.empty", "empty.empty"},
		{"map and host call", "native.mapping", "mapping.mapping"},
	} {
		for _, way := range []struct{ name, service string }{{"compiled", kind.compiled}, {"interpreted", kind.interpreted}} {
			b.Run(kind.what+"/"+way.name+"/serial", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := once(way.service); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(kind.what+"/"+way.name+"/parallel 8", func(b *testing.B) {
				b.SetParallelism(4)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := once(way.service); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

// BenchmarkReload measures the time from saving a file to the first answer of
// its new version, the quiet period included.
func BenchmarkReload(b *testing.B) {
	h := newHost(b, map[string]string{"greet.go": answering("0")}, func(c *script.Config) { c.Poll = time.Minute })
	h.watch(b)
	time.Sleep(50 * time.Millisecond)
	var took time.Duration
	n := 0
	for b.Loop() {
		n++
		want := fmt.Sprintf(`{"value":%d}`, n)
		saved := time.Now()
		h.write(b, "greet.go", answering(fmt.Sprint(n)))
		for h.call("greet.hello", "").payload != want {
			time.Sleep(100 * time.Microsecond)
		}
		took += time.Since(saved)
	}
	b.ReportMetric(float64(took.Microseconds())/1000/float64(n), "ms/reload")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLoad measures what one more package costs at start.
func BenchmarkLoad(b *testing.B) {
	h := newHost(b, map[string]string{"greet.go": answering("0")})
	for n := 0; b.Loop(); n++ {
		h.write(b, "greet.go", answering(fmt.Sprint(n)))
		if err := h.Load(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
