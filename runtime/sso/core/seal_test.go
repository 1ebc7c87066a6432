package core_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/logtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/chain"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func verifyAudit(t *testing.T, c *core.Core) chain.Report {
	t.Helper()
	report, err := c.VerifyAudit(t.Context(), "", func(f chain.Finding) error {
		t.Errorf("%+v", f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestSealInTheBackground has a core seal what it and another one write, and
// the rest when it is closed. No other tests run beside it: on PostgreSQL, what is
// written while any transaction of the server is open is left for later.
func TestSealInTheBackground(t *testing.T) {
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		sealing, err := core.New(t.Context(), core.Options{Config: env.Config, Store: env.Store, Keys: env.Keys,
			Logger: slog.New(slog.NewTextHandler(env.Log, nil)), SealEvery: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = sealing.Close(context.Background()) })
		env.User("jane", nil)
		for verifyAudit(t, env.Core).Entries < 1 {
			time.Sleep(time.Millisecond)
		}
		call := ssotest.Call(env.Login("jane"))
		for range 20 { // audited in batches, by the core that is closed
			if _, err := sealing.CurrentUser(t.Context(), call, false); err != nil {
				t.Fatal(err)
			}
		}
		begun := time.Now()
		if err := sealing.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		ranOut := time.Since(begun) > 2*time.Second // which is all that it may take; the next host seals the rest
		if report := verifyAudit(t, env.Core); !ranOut && (report.Entries != 22 || report.Unsealed != 0) {
			t.Errorf("%+v", report)
		}
	})
}

func TestAuditRetention(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Audit.Retention = 30 }, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", nil)
		if n, err := env.Core.SealAudit(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		env.Clock.Forward(29 * 24 * time.Hour)
		env.User("john", nil)
		if n, err := env.Core.SealAudit(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		remove := func(c *core.Core, want int64) {
			t.Helper()
			if n, err := c.RemoveOldAudit(t.Context()); n != want || err != nil {
				t.Errorf("removed %d, %v, want %d", n, err, want)
			}
		}
		remove(env.Core, 0)
		env.Clock.Forward(25 * time.Hour)
		forever := env.Config
		forever.Audit.Retention = 0
		remove(env.NewCore(forever), 0)
		remove(env.Core, 1)
		remove(env.Core, 0)
		if report := verifyAudit(t, env.Core); report.Entries != 1 || report.Removed != 1 {
			t.Errorf("%+v", report)
		}
		var left []store.AuditEntry
		for _, entry := range env.Audit(sso.OpCreateUser) {
			if entry.Target == env.ID("john") {
				left = append(left, entry)
			}
		}
		if all := env.Audit(""); len(all) != 1 || len(left) != 1 {
			t.Errorf("entries left: %+v", all)
		}
	})
}

// TestSealsThatAreGone has hosts find that seals are gone: when they start, and
// while they run.
func TestSealsThatAreGone(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		const told = "seals of the audit are gone"
		start := func() (*core.Core, *logtest.Buffer) {
			log := new(logtest.Buffer)
			started, err := core.New(t.Context(), core.Options{Config: env.Config, Store: env.Store, Keys: env.Keys,
				Logger: slog.New(slog.NewTextHandler(log, nil)), SealEvery: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = started.Close(context.Background()) })
			return started, log
		}
		sealAnother := func(name string) {
			t.Helper()
			before, err := sealed(env)
			if err != nil {
				t.Fatal(err)
			}
			env.User(name, nil)
			for now := before; now == before; time.Sleep(time.Millisecond) {
				if now, err = sealed(env); err != nil {
					t.Fatal(err)
				}
			}
		}
		running, log := start()
		sealAnother("jane")
		sealAnother("john")
		if strings.Contains(log.String(), told) {
			t.Fatalf("nothing is gone:\n%s", log)
		}
		env.Exec("DELETE FROM gatehouse_audit_seal")
		for !strings.Contains(log.String(), told) {
			time.Sleep(time.Millisecond)
		}
		later, startLog := start()
		for !strings.Contains(startLog.String(), told) {
			time.Sleep(time.Millisecond)
		}
		for _, name := range []string{"ann", "zoe", "max"} { // sealing goes on
			sealAnother(name)
		}
		for _, c := range []*core.Core{running, later} {
			if err := c.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		for _, log := range []*logtest.Buffer{log, startLog} {
			if n := strings.Count(log.String(), told); n != 1 || !strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("told %d times:\n%s", n, log)
			}
		}
	})
}

// sealed returns how many entries were sealed.
func sealed(env *ssotest.Env) (int64, error) {
	head, _, err := env.Store.SealHead(env.T.Context())
	return head.Sealed, err
}
