package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gatehouse/runtime/database"
)

const (
	selectNote = "SELECT text, moment FROM note WHERE id = $1"
	updateNote = "UPDATE note SET text = $1 WHERE id = $2"
	insertNote = "INSERT INTO note (text) VALUES ($1)"
)

// BenchmarkChange holds a change (a row loaded, a row updated, a row inserted)
// against the same statements over database/sql, one transaction each, with
// the same durability.
func BenchmarkChange(b *testing.B) {
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("grouped/clients=%d", clients), func(b *testing.B) {
			db := withNotes(b, open(b, filepath.Join(b.TempDir(), "bench.db")))
			if err := write(db, "first"); err != nil {
				b.Fatal(err)
			}
			share(b, clients, func(i int64) error {
				var text, moment *string
				load := []database.Query{{SQL: selectNote, Args: []any{1}, Row: func(scan func(...any) error) error { return scan(&text, &moment) }}}
				return db.Change(b.Context(), load, func() ([]database.Query, error) {
					return []database.Query{
						{SQL: updateNote, Args: []any{fmt.Sprint("changed ", i), 1}},
						{SQL: insertNote, Args: []any{fmt.Sprint("note ", i)}},
					}, nil
				})
			})
		})
		b.Run(fmt.Sprintf("bare/clients=%d", clients), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "bench.db")
			db := withNotes(b, open(b, path))
			if err := write(db, "first"); err != nil {
				b.Fatal(err)
			}
			bare, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(30000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)")
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = bare.Close() }()
			bare.SetMaxOpenConns(1) // waiting in Go is quicker than in SQLite
			share(b, clients, func(i int64) error { return bareChange(b.Context(), bare, i) })
		})
	}
}

func bareChange(ctx context.Context, db *sql.DB, i int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var text, moment *string
	if err := tx.QueryRowContext(ctx, selectNote, 1).Scan(&text, &moment); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, updateNote, fmt.Sprint("changed ", i), 1); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertNote, fmt.Sprint("note ", i)); err != nil {
		return err
	}
	return tx.Commit()
}

// share has clients do the b.N operations between them.
func share(b *testing.B, clients int, operation func(i int64) error) {
	var next atomic.Int64
	errs := make(chan error, clients)
	b.ResetTimer()
	for range clients {
		go func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					errs <- nil
					return
				}
				if err := operation(i); err != nil {
					errs <- err
					return
				}
			}
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

func BenchmarkRead(b *testing.B) {
	db := withNotes(b, open(b, filepath.Join(b.TempDir(), "bench.db")))
	if err := write(db, "first"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var text string
		if err := db.Read(b.Context(), database.Query{SQL: "SELECT text FROM note WHERE id = $1", Args: []any{1},
			Row: func(scan func(...any) error) error { return scan(&text) }}); err != nil {
			b.Fatal(err)
		}
	}
}
