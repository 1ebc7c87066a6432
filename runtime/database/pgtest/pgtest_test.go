package pgtest_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/runtime/database/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func connect(t *testing.T, url string) (*pgx.Conn, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
	}
	return conn, err
}

func TestURLGivesFreshDatabases(t *testing.T) {
	for range 2 {
		conn, err := connect(t, pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		// The second would fail if it were the first once more.
		if _, err := conn.Exec(context.Background(), "CREATE TABLE only_once (id integer)"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestClusterStopsAndStarts(t *testing.T) {
	cluster := pgtest.New(t, pgtest.Config{Settings: map[string]string{"application_name": "its_own"}})
	conn, err := connect(t, cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(context.Background(), "CREATE TABLE kept (id integer)"); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, cluster.URL()); err == nil {
		t.Fatal("a stopped server takes connections")
	}
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	if conn, err = connect(t, cluster.URL()); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(context.Background(), "SELECT * FROM kept"); err != nil {
		t.Fatal(err)
	}
}

func TestWrongBinariesAreReported(t *testing.T) {
	t.Setenv("GATEHOUSE_TEST_POSTGRES_BIN", t.TempDir())
	failure := make(chan string, 1)
	go func() { // the failure ends its goroutine
		tb := &failing{TB: t, failure: failure}
		pgtest.New(tb, pgtest.Config{})
		failure <- "did not fail"
	}()
	if got := <-failure; !strings.Contains(got, "does not hold initdb and postgres") {
		t.Fatal(got)
	}
}

// failing records what a test would fail with.
type failing struct {
	testing.TB
	failure chan string
}

func (f *failing) Fatal(args ...any) {
	f.failure <- args[0].(error).Error()
	runtime.Goexit()
}
