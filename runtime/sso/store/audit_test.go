package store_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/database/sqlite"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// TestAuditSettled has transactions that got IDs and have not committed: nothing
// above them counts as settled before they have.
func TestAuditSettled(t *testing.T) {
	t.Parallel()
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		s := store.New(db)
		entry := func(cid string) store.Change {
			return store.AddAudit{Entry: &store.AuditEntry{Time: time.Now(), CID: cid, Op: "user.login", Result: "ok"}}
		}
		settled := func() int64 {
			t.Helper()
			id, err := s.AuditSettled(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		if id := settled(); id != 0 {
			t.Errorf("of nothing: %d", id)
		}
		write(t, s, entry("first"))
		if id := settled(); id != 1 {
			t.Errorf("of one: %d", id)
		}
		if db.Dialect() == database.SQLite { // which has one transaction at a time
			return
		}
		written, end, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		go func() {
			insert := database.Query{SQL: `INSERT INTO gatehouse_audit (time, cid, op, actor, target, app, remote_addr, user_agent, result, sub_status, keys, changes)
				VALUES ($1, 'late', 'user.login', '', '', '', '', '', 'ok', '', '', '')`, Args: []any{time.Now()}}
			ended <- db.Change(t.Context(), []database.Query{insert}, func() ([]database.Query, error) {
				close(written)
				<-end
				return []database.Query{{SQL: "SELECT 1"}}, nil
			})
		}()
		<-written
		write(t, s, entry("early"))
		if _, err := s.AuditSettled(t.Context()); err != store.ErrAuditUnsettled {
			t.Errorf("beside a transaction that is open: %v", err)
		}
		time.AfterFunc(50*time.Millisecond, func() { close(end) })
		id := settled()
		entries, err := s.AuditOldest(t.Context(), store.AuditFilter{Below: id + 1, Limit: 10})
		if err != nil || len(entries) != 3 || entries[1].CID != "late" || id != entries[2].ID {
			t.Errorf("settled to %d: %v, %v", id, entries, err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkAuditPage measures the first page of a million entries, in either
// order, by what it is chosen by.
func BenchmarkAuditPage(b *testing.B) {
	const entries = 1_000_000
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end := begin.Add(entries * time.Second)
	open := map[string]func(b *testing.B) (database.DB, error){
		"SQLite": func(b *testing.B) (database.DB, error) {
			return sqlite.Open(b.Context(), sqlite.Config{Path: b.TempDir() + "/bench.db"})
		},
		"PostgreSQL": func(b *testing.B) (database.DB, error) {
			return postgres.Open(b.Context(), postgres.Config{URL: pgtest.URL(b)})
		},
	}
	for engine, open := range open {
		b.Run(engine, func(b *testing.B) {
			db, err := open(b)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			if err := db.Migrate(b.Context(), store.MigrationOwner, store.Migrations()); err != nil {
				b.Fatal(err)
			}
			at := "strftime('%Y-%m-%d %H:%M:%f', '2026-01-01', i || ' seconds') || '000'"
			if db.Dialect() == database.PostgreSQL {
				at = "timestamp '2026-01-01' + i * interval '1 second'"
			}
			run := func(sql string) {
				b.Helper()
				if err := db.Change(b.Context(), nil, func() ([]database.Query, error) { return []database.Query{{SQL: sql}}, nil }); err != nil {
					b.Fatal(err)
				}
			}
			const step = 50_000
			for from := 0; from < entries; from += step {
				run(fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n WHERE i < %d)
					INSERT INTO gatehouse_audit (time, cid, op, actor, target, app, remote_addr, user_agent, result, sub_status, keys, changes)
					SELECT %s, 'cid-' || i, CASE WHEN i = 1000 THEN 'user.delete_user_by_id' WHEN i %% 3 = 0 THEN 'user.login' ELSE 'attr.get' END,
						'zusr' || (i %% 5003), 'zusr' || (i %% 5003), 'CRM', '10.0.0.' || (i %% 251), 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0)',
						CASE WHEN i %% 53 = 0 THEN 'error' ELSE 'ok' END, CASE WHEN i %% 53 = 0 THEN 'E005001' ELSE '' END, '', '' FROM n`,
					from, from+step-1, at))
			}
			if db.Dialect() == database.PostgreSQL {
				run("ANALYZE gatehouse_audit") // as it does itself, as well as
				run("SELECT brin_summarize_new_values('gatehouse_audit_time')")
			}
			s := store.New(db)
			for _, c := range []struct {
				name   string
				filter store.AuditFilter
			}{
				{"everything", store.AuditFilter{}},
				{"op", store.AuditFilter{Op: "user.login"}},
				{"rare_op", store.AuditFilter{Op: "user.delete_user_by_id"}},
				{"unused_op", store.AuditFilter{Op: "user.lock_user"}},
				{"unused_op_of_all_day", store.AuditFilter{Op: "session.renew"}},
				{"actor", store.AuditFilter{Actor: "zusr77"}},
				{"address", store.AuditFilter{RemoteAddr: "10.0.0.7"}},
				{"no_such_address", store.AuditFilter{RemoteAddr: "10.0.1.7"}},
				{"no_such_key", store.AuditFilter{Key: "email"}},
				{"refused", store.AuditFilter{Result: store.ResultError}},
				{"warned", store.AuditFilter{Result: store.ResultWarning}},
				{"no_such_code", store.AuditFilter{Result: store.ResultError, SubStatus: "E002001"}},
				{"last_hour", store.AuditFilter{Since: end.Add(-time.Hour)}},
				{"last_hour_no_such_address", store.AuditFilter{Since: end.Add(-time.Hour), RemoteAddr: "10.0.1.7"}},
				{"last_minute", store.AuditFilter{Since: end.Add(-20 * time.Second)}},
				{"an_hour", store.AuditFilter{Since: begin.Add(99 * time.Hour), Until: begin.Add(100 * time.Hour)}},
				{"first_half", store.AuditFilter{Until: begin.Add(entries / 2 * time.Second)}},
			} {
				c.filter.Limit = 51
				b.Run(c.name+"/newest", func(b *testing.B) {
					for b.Loop() {
						if _, err := s.AuditNewest(b.Context(), c.filter); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run(c.name+"/oldest", func(b *testing.B) {
					for b.Loop() {
						if _, err := s.AuditOldest(b.Context(), c.filter); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
