package postgres_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
)

// BenchmarkChange holds an update (two rows locked, one updated, one inserted)
// against the same statements over pgx, sent one by one, one
// transaction each, on a server that waits for its disk.
func BenchmarkChange(b *testing.B) {
	cluster := pgtest.New(b, pgtest.Config{Durable: true})
	db := open(b, postgres.Config{URL: cluster.URL(), Prepare: []string{selectAccount, updateAccount, insertEntry}})
	if err := db.Migrate(b.Context(), "bench", accounts); err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(b.Context(), cluster.URL()+"&pool_max_conns=16")
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("change/clients=%d", clients), func(b *testing.B) {
			share(b, clients, func() error { return update(b, db, 1, nil) })
		})
		b.Run(fmt.Sprintf("bare/clients=%d", clients), func(b *testing.B) {
			share(b, clients, func() error { return bareUpdate(b.Context(), pool) })
		})
	}
}

func bareUpdate(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var first, second int64
		if err := tx.QueryRow(ctx, selectAccount, 1).Scan(&first); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, selectAccount, 2).Scan(&second); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, updateAccount, first+1, time.Now().UTC(), 1); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, insertEntry, 1, "a note")
		return err
	})
}

// share has clients do the b.N operations between them.
func share(b *testing.B, clients int, operation func() error) {
	var next atomic.Int64
	errs := make(chan error, clients)
	b.ResetTimer()
	for range clients {
		go func() {
			for next.Add(1) <= int64(b.N) {
				if err := operation(); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range clients {
		if err := <-errs; err != nil {
			b.Error(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
}
