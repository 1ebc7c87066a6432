package bench

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"gatehouse/runtime/database/pgtest"
)

// engines are the databases that updates are measured on, each as durable as
// in production.
var engines = []struct {
	name string
	url  func(b *testing.B) string
	bare func(b *testing.B, h *host, users []int) []contestant
}{
	{"SQLite", func(*testing.B) string { return "" }, bareSQLite},
	{"PostgreSQL", func(b *testing.B) string { return pgtest.New(b, pgtest.Config{Durable: true}).URL() }, barePostgres},
}

// BenchmarkUpdate holds the example UpdateCurrentUser over HTTP, interpreted
// and compiled, against bare loops over the driver that run the same
// statements with the same durability, one transaction an operation.
func BenchmarkUpdate(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			h := startHost(b, engine.url(b), io.Discard)
			tokens := h.users(b, 8)
			for _, load := range []struct {
				name  string
				users []int // a client for each
			}{
				{"clients=1", []int{0}},
				{"clients=8", []int{0, 1, 2, 3, 4, 5, 6, 7}},
				{"clients=8/one user", make([]int, 8)},
			} {
				b.Run(load.name, func(b *testing.B) {
					bare := engine.bare(b, h, load.users)
					bodies := make([]string, len(load.users))
					for i, user := range load.users {
						bodies[i] = input(tokens[user])
					}
					contestants := append([]contestant{
						h.over(b, "interpreted", interpretedUpdate, bodies),
						h.over(b, "compiled", compiledUpdate, bodies),
						h.overNetHTTP(b, "net-http", interpretedUpdate, bodies),
					}, bare...)
					ratios := []ratio{{"interpreted", "compiled"}}
					for _, c := range bare {
						ratios = append(ratios, ratio{"interpreted", c.name})
					}
					h.checkAlike(b, contestants)
					compare(b, len(load.users), contestants, ratios...)
				})
			}
		})
	}
}

// BenchmarkUpdateHTTP is the interpreted example alone, at 8 clients: for
// profiles.
func BenchmarkUpdateHTTP(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			h := startHost(b, engine.url(b), io.Discard)
			tokens := h.users(b, 8)
			b.Run("clients=8", func(b *testing.B) {
				compare(b, 8, []contestant{h.over(b, "interpreted", interpretedUpdate, inputs(tokens))})
			})
		})
	}
}

// BenchmarkUpdateLog tells what the log of updates costs: three hosts, each
// on a SQLite database of its own, that differ in where the log goes.
func BenchmarkUpdateLog(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var contestants []contestant
	for _, log := range []struct {
		name  string
		level slog.Level
		to    io.Writer
	}{{"file", slog.LevelInfo, file}, {"discarded", slog.LevelInfo, io.Discard}, {"silent", slog.LevelError, io.Discard}} {
		h := startHostAtLevel(b, "", log.to, log.level)
		contestants = append(contestants, h.over(b, log.name, interpretedUpdate, inputs(h.users(b, 8))))
	}
	b.Run("SQLite/clients=8", func(b *testing.B) {
		compare(b, 8, contestants, ratio{"file", "silent"}, ratio{"discarded", "silent"})
	})
}

func inputs(tokens []string) []string {
	bodies := make([]string, len(tokens))
	for i, token := range tokens {
		bodies[i] = input(token)
	}
	return bodies
}

// checkAlike proves that one operation of every contestant leaves one entry in
// the audit.
func (h *host) checkAlike(b *testing.B, contestants []contestant) {
	b.Helper()
	for _, c := range contestants {
		before := h.auditLength(b)
		if err := c.operation(0); err != nil {
			b.Fatalf("%s: %v", c.name, err)
		}
		if added := h.auditLength(b) - before; added != 1 {
			b.Fatal(fmt.Errorf("%s: %d audit entries for one update", c.name, added))
		}
	}
}
