package pgtest

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Standby starts a server that follows this one by streaming replication, and
// ends with the test. It returns once it is up to date. Changes of the one with
// synchronous_standby_names=* wait for it.
func (c *Cluster) Standby(t testing.TB, cfg Config) *Cluster {
	t.Helper()
	standby := newCluster(t, cfg, func(standby *Cluster) error {
		return standby.run("pg_basebackup", "--pgdata", standby.data(), "--host", "127.0.0.1", "--port", strconv.Itoa(c.port),
			"--username", superuser, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
	})
	if err := c.await("SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= pg_current_wal_lsn()"); err != nil {
		t.Fatalf("pgtest: the standby does not follow: %v", err)
	}
	return standby
}

// Promote makes a primary of a standby, whose own is gone, and waits until it
// takes changes.
func (c *Cluster) Promote() error {
	if err := c.run("pg_ctl", "promote", "--pgdata", c.data(), "--wait", "--timeout", strconv.Itoa(int(startTimeout/time.Second))); err != nil {
		return err
	}
	return c.await("SELECT NOT pg_is_in_recovery()")
}

// await waits until a query of the superuser gives true.
func (c *Cluster) await(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for {
		var is bool
		if err := conn.QueryRow(ctx, sql).Scan(&is); err != nil || is {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not so after %v: %s", startTimeout, sql)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
