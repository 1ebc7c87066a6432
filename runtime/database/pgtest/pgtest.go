// Package pgtest gives tests throw-away PostgreSQL servers, started from the
// installed binaries on a free port of the loopback address.
//
// A package whose tests need databases has
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// and asks for a fresh database with URL. They share one server, which starts
// when it is first needed and ends with the tests, also when these are
// killed. Tests that stop and start a server have one of their own, from New.
//
// Without PostgreSQL the tests fail, for tests that did not run prove nothing:
// install it (apt-get install postgresql), or set GATEHOUSE_TEST_POSTGRES_BIN
// to the directory of initdb and postgres. Tests behind PgBouncer are skipped
// where there is none.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the server of this test process: TestMain and the tests have no
// other way to meet.
var shared struct {
	sync.Mutex
	hasMain   bool
	cluster   *Cluster
	err       error
	databases int
}

// Main runs the tests of a package, stops the shared server and exits. Call it
// from TestMain.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a TestMain that has more to do: it returns the exit status.
func Run(m interface{ Run() int }) int {
	shared.Lock()
	shared.hasMain = true
	shared.Unlock()

	code := m.Run()

	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		if err := shared.cluster.remove(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = max(code, 1)
		}
	}
	return code
}

// URL returns the connection string of a fresh, empty database on the shared
// server. It is dropped when the test ends, connections and all.
func URL(t testing.TB) string {
	t.Helper()
	cluster, number, err := sharedCluster()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", number)
	if err := cluster.admin("CREATE DATABASE " + name); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := cluster.admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: drop a database: %v", err)
		}
	})
	return cluster.url(name)
}

func sharedCluster() (cluster *Cluster, number int, err error) {
	shared.Lock()
	defer shared.Unlock()
	if !shared.hasMain {
		return nil, 0, fmt.Errorf("pgtest: the package needs func TestMain(m *testing.M) { pgtest.Main(m) }, which stops the server")
	}
	if shared.cluster == nil && shared.err == nil {
		shared.cluster, shared.err = start(Config{}, (*Cluster).initdb)
	}
	shared.databases++
	return shared.cluster, shared.databases, shared.err
}

// Config says how a server of one's own is set up.
type Config struct {
	// Durable has commits wait for the disk, as in production: for
	// benchmarks. Otherwise fsync is off.
	Durable bool

	// Settings are further settings of postgresql.conf.
	Settings map[string]string

	// TLS has the server offer TLS; nil: it does not.
	TLS *TLS

	// Access are lines of pg_hba.conf, for other roles than the superuser of
	// the tests, who always gets in from this machine. Without any, all do.
	Access []string
}

// TLS is what a server needs for TLS.
type TLS struct {
	Certificate Certificate

	// ClientCA is a PEM file of CAs whose clients' certificates are taken;
	// empty: none are asked for.
	ClientCA string
}

// New starts a server for this test alone, which ends with it.
func New(t testing.TB, cfg Config) *Cluster {
	t.Helper()
	return newCluster(t, cfg, (*Cluster).initdb)
}

func newCluster(t testing.TB, cfg Config, fill func(*Cluster) error) *Cluster {
	t.Helper()
	cluster, err := start(cfg, fill)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.remove(); err != nil {
			t.Error(err)
		}
	})
	return cluster
}

// admin runs one statement as the superuser.
func (c *Cluster) admin(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}
