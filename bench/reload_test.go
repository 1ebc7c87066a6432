package bench

import (
	"fmt"
	"io"
	"testing"
	"time"
)

const answeringSource = `package greet

import "gatehouse/runtime/service"

type Hello struct{ service.Service }

func (self *Hello) Handle() error {
	self.Response.Payload = %d
	return nil
}
`

// BenchmarkReload measures the time from saving a file to the first answer of
// its new version over HTTP, while requests go on. None of them may fail.
func BenchmarkReload(b *testing.B) {
	h := startHost(b, "", io.Discard)
	h.write(b, "greet/greet.go", fmt.Sprintf(answeringSource, 0))
	caller, wire := h.dial(b), h.post(b, "greet.hello", "")
	for { // the directory is new
		if _, err := caller.do(wire); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	var took []float64
	for n := 1; b.Loop(); n++ {
		want := fmt.Sprint(n)
		begun := time.Now()
		h.write(b, "greet/greet.go", fmt.Sprintf(answeringSource, n))
		for {
			answer, err := caller.do(wire)
			if err != nil {
				b.Fatal(err)
			}
			if string(answer) == want {
				break
			}
			time.Sleep(200 * time.Microsecond)
		}
		took = append(took, float64(time.Since(begun).Microseconds())/1000)
	}
	b.ReportMetric(median(took), "median-ms")
	b.ReportMetric(percentile(took, 99), "p99-ms")
	b.ReportMetric(percentile(took, 100), "max-ms")
	b.ReportMetric(0, "ns/op")
}
