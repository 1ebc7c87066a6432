package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// slice is how long a contestant works in a round.
const slice = 100 * time.Millisecond

// contestant is one way to do a thing.
type contestant struct {
	name string

	// operation does the thing once, for one of the clients, which are
	// numbered from 0. Clients work at the same time.
	operation func(client int) error
}

// ratio compares the rates of two contestants.
type ratio struct{ above, below string }

// compare lets contestants work in turn and reports the median rate of each,
// the processor time that this process spent on one operation, which what else
// the machine does disturbs less, and the median of ratios in the same round.
func compare(b *testing.B, clients int, contestants []contestant, ratios ...ratio) {
	b.Helper()
	compareSlices(b, clients, slice, 0, contestants, ratios...)
}

// compareSlices is compare with slices of a given length, and rests between
// them in which contestants end what they do in the background, so that it is
// not counted as the next one's.
func compareSlices(b *testing.B, clients int, slice, rest time.Duration, contestants []contestant, ratios ...ratio) {
	b.Helper()
	for _, c := range contestants { // connections, statements and pools are made
		if _, _, err := work(c, clients, slice); err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
	}
	time.Sleep(rest)
	rates, costs := map[string][]float64{}, map[string][]float64{}
	for round := 0; b.Loop(); round++ {
		for i := range contestants {
			c := contestants[(round+i)%len(contestants)]
			rate, cost, err := work(c, clients, slice)
			if err != nil {
				b.Fatalf("%s: %v", c.name, err)
			}
			time.Sleep(rest)
			rates[c.name] = append(rates[c.name], rate)
			costs[c.name] = append(costs[c.name], float64(cost.Nanoseconds())/1000)
		}
	}
	for _, c := range contestants {
		b.ReportMetric(median(rates[c.name]), c.name+"/s")
		b.ReportMetric(median(costs[c.name]), c.name+"-cpu-µs")
	}
	for _, r := range ratios {
		quotients := make([]float64, len(rates[r.above]))
		for i := range quotients {
			quotients[i] = rates[r.above][i] / rates[r.below][i]
		}
		b.ReportMetric(median(quotients), fmt.Sprintf("%s:%s", r.above, r.below))
	}
	b.ReportMetric(0, "ns/op") // of a round, which says nothing
}

// work has clients do an operation again and again for a while, and returns
// how many they did in a second and the processor time of one.
func work(c contestant, clients int, duration time.Duration) (rate float64, cost time.Duration, err error) {
	var done atomic.Int64
	errs := make([]error, clients)
	var group sync.WaitGroup
	begun, spent := time.Now(), processorTime()
	for client := range clients {
		group.Go(func() {
			for time.Since(begun) < duration {
				if errs[client] = c.operation(client); errs[client] != nil {
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	took := time.Since(begun)
	spent = processorTime() - spent
	for _, err := range errs {
		if err != nil {
			return 0, 0, err
		}
	}
	return float64(done.Load()) / took.Seconds(), spent / time.Duration(max(1, done.Load())), nil
}

// processorTime returns what this process has used: not the database server.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(values []float64) float64 { return percentile(values, 50) }

// percentile returns the value that p percent of the values do not exceed.
func percentile(values []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)*p/100]
}
