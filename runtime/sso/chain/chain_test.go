package chain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso/chain"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// audit is an audit and its chain.
type audit struct {
	*testing.T
	db    database.DB
	store *store.Store
	clock time.Time
	keys  *secret.Keyring
	chain *chain.Chain
}

func each(t *testing.T, test func(a *audit)) {
	t.Helper()
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		a := &audit{T: t, db: db, store: store.New(db), clock: time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)}
		a.use(secret.NewKey())
		test(a)
	})
}

// use goes on with other keys, as a host that was started anew does.
func (a *audit) use(newest secret.Key, older ...secret.Key) {
	a.keys = secret.NewKeyring(newest, older...)
	a.chain = chain.New(a.store, a.keys, func() time.Time { return a.clock }, nil)
}

func (a *audit) entry(cid string) *store.AuditEntry {
	return &store.AuditEntry{Time: database.Timestamp(a.clock), CID: cid, Op: "user.login", Actor: "zusr1", Target: "zusr2", App: "CRM",
		RemoteAddr: "127.0.0.1", UserAgent: "żółw", Result: "ok", Keys: "a,b", Changes: `{"a":[1,2]}`}
}

func (a *audit) write(n int) {
	a.Helper()
	for n > 0 {
		var changes []store.Change
		for range min(n, 500) {
			changes = append(changes, store.AddAudit{Entry: a.entry("cid")})
		}
		if err := a.store.Write(a.Context(), changes...); err != nil {
			a.Fatal(err)
		}
		n -= len(changes)
	}
}

func (a *audit) seal(want int) {
	a.Helper()
	if got, err := a.chain.Seal(a.Context()); got != want || err != nil {
		a.Fatalf("sealed %d, %v, want %d", got, err, want)
	}
}

func (a *audit) exec(sql string, args ...any) {
	a.Helper()
	err := a.db.Change(a.Context(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: sql, Args: args}}, nil
	})
	if err != nil {
		a.Fatal(err)
	}
}

func (a *audit) verify(expect string) (chain.Report, string) {
	a.Helper()
	var found []string
	report, err := a.chain.Verify(a.Context(), expect, func(f chain.Finding) error {
		text := string(f.Kind)
		if f.Entry != 0 {
			text += fmt.Sprintf(" entry=%d", f.Entry)
		}
		if f.Seal != 0 {
			text += fmt.Sprintf(" seal=%d", f.Seal)
		}
		found = append(found, text)
		return nil
	})
	if err != nil {
		a.Fatal(err)
	}
	if report.OK != (len(found) == 0) || report.Findings != int64(len(found)) {
		a.Errorf("report %+v with findings %q", report, found)
	}
	return report, strings.Join(found, "; ")
}

func (a *audit) sound(entries, unsealed int64) chain.Report {
	a.Helper()
	report, findings := a.verify("")
	if findings != "" || report.Entries != entries || report.Unsealed != unsealed {
		a.Errorf("findings %q, report %+v, want %d entries and %d unsealed", findings, report, entries, unsealed)
	}
	return report
}

func (a *audit) findings(expect, want string) {
	a.Helper()
	if _, got := a.verify(expect); got != want {
		a.Errorf("findings %q, want %q", got, want)
	}
}

func TestSealAndVerify(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		if report := a.sound(0, 0); report.Head != "" {
			a.Errorf("an empty chain has the head %q", report.Head)
		}
		a.seal(0)
		a.write(3)
		a.sound(0, 3)
		a.seal(3)
		first := a.sound(3, 0)
		a.seal(0)
		a.write(2500)
		a.seal(2500)
		a.write(1)
		report := a.sound(2503, 1)
		if report.Seals != 4 {
			a.Errorf("%d seals", report.Seals)
		}
		for _, head := range []string{first.Head, report.Head} {
			a.findings(head, "")
		}
		for _, text := range []string{"x", "1-", "1-zz", "-1-" + strings.Repeat("0", 64), "01-" + strings.Repeat("0", 64)} {
			if _, err := a.chain.Verify(a.Context(), text, nil); err == nil {
				a.Errorf("expecting %q is no error", text)
			}
		}
		a.findings("2-"+strings.Repeat("0", 64), "not as expected seal=2")
	})
}

func TestTampering(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		for range 3 {
			a.write(4)
			a.seal(4)
		}
		whole := a.sound(12, 0)
		save := func(table string) {
			a.exec("DROP TABLE IF EXISTS saved_" + table)
			a.exec("CREATE TABLE saved_" + table + " AS SELECT * FROM " + table)
		}
		tables := []string{"gatehouse_audit", "gatehouse_audit_seal", "gatehouse_audit_head"}
		for _, table := range tables {
			save(table)
		}
		overriding := ""
		if a.db.Dialect() == database.PostgreSQL {
			overriding = " OVERRIDING SYSTEM VALUE"
		}
		insert := func(id int) string {
			return fmt.Sprintf(`INSERT INTO gatehouse_audit%s SELECT %d, time, cid, op, actor, target, app, remote_addr, user_agent,
				result, sub_status, keys, changes FROM saved_gatehouse_audit WHERE id = 1`, overriding, id)
		}
		for name, test := range map[string]struct {
			sql  string
			want string
		}{
			"an entry's text":  {`UPDATE gatehouse_audit SET actor = 'zusr3' WHERE id = 6`, "entry altered entry=6 seal=2"},
			"text moved along": {`UPDATE gatehouse_audit SET keys = 'a', changes = ',b' || changes WHERE id = 6`, "entry altered entry=6 seal=2"},
			"an entry's time":  {`UPDATE gatehouse_audit SET time = '2026-01-02 03:04:05.000679' WHERE id = 6`, "entry altered entry=6 seal=2"},
			"two entries change places": {`UPDATE gatehouse_audit SET cid = CASE id WHEN 1 THEN 'x' ELSE cid END WHERE id IN (1, 2)`,
				"entry altered entry=1 seal=1"},
			"an entry goes":       {`DELETE FROM gatehouse_audit WHERE id = 6`, "entry removed entry=6 seal=2"},
			"the last entries go": {`DELETE FROM gatehouse_audit WHERE id > 10`, "entry removed entry=11 seal=3; entry removed entry=12 seal=3"},
			"an entry is put in":  {insert(-5), ""},
			"a seal's list":       {`UPDATE gatehouse_audit_seal SET entries = 3 WHERE number = 2`, "seal altered seal=2"},
			"a seal's digest":     {`UPDATE gatehouse_audit_seal SET digest = (SELECT digest FROM gatehouse_audit_seal WHERE number = 1) WHERE number = 2`, "seal altered seal=2; seal altered seal=3"},
			"a seal's key":        {`UPDATE gatehouse_audit_seal SET key_id = 'x' WHERE number = 2`, "seal altered seal=2"},
			"a seal goes": {`DELETE FROM gatehouse_audit_seal WHERE number = 2`,
				"seal removed seal=2; entry inserted entry=5; entry inserted entry=6; entry inserted entry=7; entry inserted entry=8"},
			"the last seal goes": {`DELETE FROM gatehouse_audit_seal WHERE number = 3`,
				"seal removed seal=3; entry inserted entry=9; entry inserted entry=10; entry inserted entry=11; entry inserted entry=12"},
			"the head says less":    {`UPDATE gatehouse_audit_head SET number = 2`, "head altered; head altered; entry inserted entry=9; entry inserted entry=10; entry inserted entry=11; entry inserted entry=12"},
			"the head begins later": {`UPDATE gatehouse_audit_head SET first = 2, anchor = (SELECT digest FROM gatehouse_audit_seal WHERE number = 1)`, "head altered; entry inserted entry=1; entry inserted entry=2; entry inserted entry=3; entry inserted entry=4"},
			"the head goes":         {`DELETE FROM gatehouse_audit_head`, "head altered; head altered"},
			"the head is emptied":   {`UPDATE gatehouse_audit_head SET first = 1, number = 0, top = 0, gaps = '[]', sealed = 0, removed = 0, key_id = '', mac = ''`, "head altered"},
		} {
			if name == "an entry is put in" {
				a.exec("DELETE FROM gatehouse_audit WHERE id = 6")
				test.want = "entry removed entry=6 seal=2"
			}
			a.exec(test.sql)
			if _, got := a.verify(""); got != test.want && !strings.HasPrefix(name, "the head") || got == "" {
				a.Errorf("%s: findings %q, want %q", name, got, test.want)
			} else if strings.HasPrefix(name, "the head") && !strings.HasPrefix(got, "head altered") {
				a.Errorf("%s: findings %q", name, got)
			}
			// What was altered is not extended, so that it cannot come to look right.
			if strings.HasPrefix(name, "the head") {
				a.write(1)
				if n, err := a.chain.Seal(a.Context()); !errors.Is(err, chain.ErrAltered) {
					a.Errorf("%s: sealed %d, %v", name, n, err)
				}
			}
			for _, table := range tables {
				a.exec("DELETE FROM " + table)
				if table == "gatehouse_audit" {
					a.exec("INSERT INTO gatehouse_audit" + overriding + " SELECT * FROM saved_gatehouse_audit")
				} else {
					a.exec("INSERT INTO " + table + " SELECT * FROM saved_" + table)
				}
			}
			a.sound(12, 0)
		}

		// An entry with an ID that was given out long ago.
		a.exec("DELETE FROM gatehouse_audit WHERE id = 12")
		a.exec(insert(0))
		a.seal(0)
		a.findings("", "entry removed entry=12 seal=3")
		a.exec("DELETE FROM gatehouse_audit")
		a.exec("INSERT INTO gatehouse_audit" + overriding + " SELECT * FROM saved_gatehouse_audit")

		// Whoever brings back a whole older state is told by a head that was noted down.
		for _, table := range tables {
			save(table)
		}
		a.write(1)
		a.seal(1)
		later := a.sound(13, 0)
		for _, table := range tables {
			a.exec("DELETE FROM " + table)
			if table == "gatehouse_audit" {
				a.exec("INSERT INTO gatehouse_audit" + overriding + " SELECT * FROM saved_gatehouse_audit")
			} else {
				a.exec("INSERT INTO " + table + " SELECT * FROM saved_" + table)
			}
		}
		a.findings(later.Head, "not as seen seal=4; not as expected seal=4")
		a.use(a.keys.Newest()) // on a host that has seen nothing
		a.sound(12, 0)
		a.findings(whole.Head, "")
		a.findings(later.Head, "not as expected seal=4")
	})
}

// TestAccept makes heads anew that were altered: sealing goes on, and what else
// is wrong is told as before.
func TestAccept(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		accept := func(want bool) {
			a.Helper()
			if made, err := a.chain.Accept(a.Context()); made != want || err != nil {
				a.Fatalf("made anew: %v, %v", made, err)
			}
		}
		accept(false)
		for range 3 {
			a.write(2)
			a.seal(2)
		}
		accept(false)
		a.exec("UPDATE gatehouse_audit SET actor = '' WHERE id = 2")
		for _, alter := range []string{"DELETE FROM gatehouse_audit_head", "UPDATE gatehouse_audit_head SET number = 1", "UPDATE gatehouse_audit_head SET mac = ''"} {
			a.exec(alter)
			a.write(1)
			if _, err := a.chain.Seal(a.Context()); !errors.Is(err, chain.ErrAltered) {
				a.Fatalf("%s: %v", alter, err)
			}
			accept(true)
			a.findings("", "entry altered entry=2 seal=1")
			a.seal(1)
			a.findings("", "entry altered entry=2 seal=1")
		}
		// With the beginning gone by its age.
		if n, err := a.chain.RemoveBefore(a.Context(), a.clock.Add(time.Second)); n != 9 || err != nil {
			a.Fatal(n, err)
		}
		a.write(3)
		a.seal(3)
		a.exec("UPDATE gatehouse_audit_head SET top = 4")
		accept(true)
		if report := a.sound(3, 0); report.Removed != 9 {
			a.Errorf("%+v", report)
		}
	})
}

// TestLateCommits has transactions that commit after ones with higher IDs, and
// some that never do.
func TestLateCommits(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		if a.db.Dialect() != database.PostgreSQL {
			// IDs appear in their order, and a rollback leaves no gap.
			a.write(1)
			refused := errors.New("refused")
			if err := a.store.Change(a.Context(), store.Lookup{}, func(store.Found) ([]store.Change, error) { return nil, refused }); err != refused {
				a.Fatal(err)
			}
			a.write(1)
			a.seal(2)
			a.sound(2, 0)
			return
		}
		const insert = `INSERT INTO gatehouse_audit (time, cid, op, actor, target, app, remote_addr, user_agent, result, sub_status, keys, changes)
			VALUES ('2026-01-01', 'late', '', '', '', '', '', '', '', '', '', '')`
		// open begins a transaction whose entry has its ID already; the function
		// that it returns ends it.
		open := func(commit bool) (end func()) {
			inserted, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			go func() {
				done <- a.db.Change(context.Background(), []database.Query{{SQL: insert}}, func() ([]database.Query, error) {
					close(inserted)
					<-goOn
					if !commit {
						return nil, errors.New("rolled back")
					}
					return []database.Query{{SQL: "SELECT 1"}}, nil
				})
			}()
			<-inserted
			return func() {
				close(goOn)
				if err := <-done; (err == nil) != commit {
					a.Error(err)
				}
			}
		}
		a.write(1)             // 1
		slow := open(true)     // 2
		never := open(false)   // 3
		a.write(2)             // 4, 5
		verySlow := open(true) // 6
		a.write(1)             // 7
		a.seal(4)
		a.sound(4, 0)
		slow()
		a.sound(4, 1) // not sealed, and not put in by hand
		a.seal(1)
		a.sound(5, 0)
		never()
		a.clock = a.clock.Add(time.Hour)
		a.seal(0)
		verySlow() // begun before the gap was found: it stays open however long that takes
		a.seal(1)
		a.sound(6, 0)

		// The gap that the rollback left is closed once it is old enough, and
		// then an entry in it was put there by hand.
		// Transactions of other databases of the server, which other tests
		// use, keep it open as well.
		a.clock = a.clock.Add(time.Hour)
		for closed := false; !closed; {
			a.seal(0)
			head, _, err := a.store.SealHead(a.Context())
			if err != nil {
				a.Fatal(err)
			}
			closed = head.Gaps == "[]"
		}
		a.exec(`INSERT INTO gatehouse_audit OVERRIDING SYSTEM VALUE SELECT 3, time, cid, op, actor, target, app, remote_addr, user_agent,
			result, sub_status, keys, changes FROM gatehouse_audit WHERE id = 1`)
		a.seal(0)
		a.findings("", "entry inserted entry=3")
	})
}

// TestSealersWritersAndVerifiers work at the same time.
func TestSealersWritersAndVerifiers(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		ctx, cancel := context.WithCancel(a.Context())
		var writers, others sync.WaitGroup
		const each, hosts = 150, 3
		refused := errors.New("refused")
		for range hosts {
			writers.Go(func() {
				for i := range each {
					err := a.store.Write(ctx, store.AddAudit{Entry: a.entry("cid")})
					if err == nil && i%10 == 0 {
						err = a.store.Change(ctx, store.Lookup{}, func(store.Found) ([]store.Change, error) { return nil, refused })
						if err == refused {
							err = nil
						}
					}
					if err != nil {
						a.Error(err)
					}
				}
			})
			host := chain.New(a.store, a.keys, time.Now, nil)
			others.Go(func() {
				for ctx.Err() == nil {
					if _, err := host.Seal(ctx); err != nil && ctx.Err() == nil {
						a.Error(err)
					}
				}
			})
		}
		others.Go(func() {
			for ctx.Err() == nil {
				report, err := a.chain.Verify(ctx, "", func(f chain.Finding) error {
					a.Errorf("%+v", f)
					return nil
				})
				if err == nil && !report.OK {
					a.Errorf("%+v", report)
				}
			}
		})
		writers.Wait()
		cancel()
		others.Wait()
		// A host that was stopped at work may hold the head for a moment more.
		for sealed := false; !sealed; {
			if _, err := a.chain.Seal(a.Context()); err != nil {
				a.Fatal(err)
			}
			report, _ := a.verify("")
			sealed = report.Unsealed == 0
		}
		a.sound(each*hosts, 0)
	})
}

func TestRetention(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		remove := func(before time.Time, want int64) {
			a.Helper()
			if got, err := a.chain.RemoveBefore(a.Context(), before); got != want || err != nil {
				a.Fatalf("removed %d, %v, want %d", got, err, want)
			}
		}
		begin := a.clock
		remove(begin.Add(time.Hour), 0)
		var heads []string
		for range 4 {
			a.write(3)
			a.seal(3)
			heads = append(heads, a.sound(int64(len(heads)+1)*3, 0).Head)
			a.clock = a.clock.Add(time.Hour)
		}
		a.write(2)
		remove(begin, 0)
		remove(begin.Add(time.Second), 3)
		if report := a.sound(9, 2); report.Removed != 3 || report.Seals != 3 {
			a.Errorf("%+v", report)
		}
		remove(begin.Add(90*time.Minute), 3)
		a.sound(6, 2)
		a.findings(heads[0], "not as expected seal=1") // too old to be compared
		a.findings(heads[1], "")
		a.findings(heads[3], "")

		// What was removed by hand is told apart, and what was altered stays.
		a.exec("DELETE FROM gatehouse_audit WHERE id = 7")
		a.findings("", "entry removed entry=7 seal=3")
		a.exec("UPDATE gatehouse_audit_seal SET entries = 2 WHERE number = 3")
		if n, err := a.chain.RemoveBefore(a.Context(), a.clock); n != 0 || !errors.Is(err, chain.ErrAltered) {
			a.Errorf("removed %d, %v", n, err)
		}
		a.exec("UPDATE gatehouse_audit_seal SET entries = 3 WHERE number = 3")

		// All of it, and on.
		remove(a.clock, 6)
		a.sound(0, 2)
		a.findings(heads[3], "")
		a.seal(2)
		a.sound(2, 0)
	})
}

// TestRetentionDuringVerification removes seals between the pages that a
// verification reads.
func TestRetentionDuringVerification(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		for range 40 {
			a.write(2)
			a.seal(2)
			a.clock = a.clock.Add(time.Hour)
		}
		a.exec("UPDATE gatehouse_audit SET cid = 'x' WHERE id = 3") // of seal 2
		removed := false
		report, err := a.chain.Verify(a.Context(), "", func(f chain.Finding) error {
			if removed {
				a.Errorf("%+v", f)
			}
			removed = true
			_, err := a.chain.RemoveBefore(a.Context(), a.clock.Add(-10*time.Hour))
			return err
		})
		if err != nil || !removed || report.Findings != 1 {
			a.Errorf("%+v, %v", report, err)
		}
		a.sound(20, 0)
	})
}

func TestOtherKeys(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		older, newer := a.keys.Newest(), secret.NewKey()
		a.write(3)
		a.seal(3)
		a.use(newer, older)
		a.sound(3, 0)
		a.write(3)
		a.seal(3)
		a.sound(6, 0)

		// With a key that has nothing to do with it.
		a.use(secret.NewKey())
		if _, findings := a.verify(""); !strings.HasPrefix(findings, "head altered; seal altered seal=1; seal altered seal=2") {
			a.Errorf("findings %q", findings)
		}
		a.write(1)
		if n, err := a.chain.Seal(a.Context()); !errors.Is(err, chain.ErrAltered) {
			a.Errorf("sealed %d, %v", n, err)
		}
		a.use(newer, older)
		a.seal(1)
		a.sound(7, 0)
	})
}

// BenchmarkSeal tells what sealing costs an entry.
func BenchmarkSeal(b *testing.B) {
	for name, db := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := store.New(db)
			c := chain.New(s, secret.NewKeyring(secret.NewKey()), time.Now, nil)
			a := audit{clock: time.Now()}
			var changes []store.Change
			for range 1000 {
				changes = append(changes, store.AddAudit{Entry: a.entry("0123456789abcdefghijklmnop")})
			}
			b.Run("seal", func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					if err := s.Write(b.Context(), changes...); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					if n, err := c.Seal(b.Context()); n != len(changes) || err != nil {
						b.Fatal(n, err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(changes)), "ns/entry")
			})
			b.Run("verify", func(b *testing.B) {
				entries := int64(0)
				for b.Loop() {
					report, err := c.Verify(b.Context(), "", func(f chain.Finding) error { return errors.New(string(f.Kind)) })
					if err != nil {
						b.Fatal(err)
					}
					entries += report.Entries
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(entries), "ns/entry")
			})
		})
	}
}
