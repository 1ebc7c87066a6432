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
			share(b, clients, func(client int) error { return updateBetween(b, db, client, client+1, 1, nil) })
		})
		b.Run(fmt.Sprintf("bare/clients=%d", clients), func(b *testing.B) {
			share(b, clients, func(client int) error { return bareUpdate(b.Context(), pool, client) })
		})
	}
}

func bareUpdate(ctx context.Context, pool *pgxpool.Pool, account int) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var first, second int64
		if err := tx.QueryRow(ctx, selectAccount, account).Scan(&first); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, selectAccount, account+1).Scan(&second); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, updateAccount, first+1, time.Now().UTC(), account); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, insertEntry, account, "a note")
		return err
	})
}

// share has clients, numbered 1, 3, 5…, do the b.N operations between them.
func share(b *testing.B, clients int, operation func(client int) error) {
	var next atomic.Int64
	errs := make(chan error, clients)
	b.ResetTimer()
	for client := range clients {
		go func() {
			for next.Add(1) <= int64(b.N) {
				if err := operation(1 + 2*client); err != nil {
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
