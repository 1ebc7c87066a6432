package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
)

// TestAuditInServices reads the audit as services do.
func TestAuditInServices(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		janeID := env.User("jane", nil)
		ust, jane := env.Login("admin"), env.Login("jane")
		for range 5 {
			if _, err := env.Core.CurrentUser(t.Context(), ssotest.Call(jane), false); err != nil {
				t.Fatal(err)
			}
		}
		env.Audit("")
		api, end := sso.Bind(t.Context(), env.Core)
		defer end()
		list := func(ust string, criteria map[string]any) (sso.AuditResult, error) {
			return api.Audit.List("cid", criteria, ust, "CRM", ssotest.Addr)
		}
		var ids []int64
		criteria := map[string]any{"actor": "jane", "op": sso.OpGetCurrentUser, "page_size": 2, "since": env.Clock.Now().Add(-time.Minute)}
		for {
			page, err := list(ust, criteria)
			if err != nil || len(page.Entries) == 0 || page.PageSize != 2 {
				t.Fatalf("%+v, %v", page, err)
			}
			for _, entry := range page.Entries {
				if entry.Actor != janeID || entry.Op != sso.OpGetCurrentUser || entry.ToDict()["actor"] != janeID {
					t.Errorf("%+v", entry)
				}
				ids = append(ids, entry.ID)
			}
			if !page.HasNext {
				break
			}
			criteria["before"] = page.Next
		}
		if len(ids) != 5 || ids[0]-ids[4] != 4 {
			t.Errorf("pages have %v", ids)
		}
		if dict, err := list(ust, map[string]any{"cid": "none"}); err != nil || fmt.Sprint(dict.ToDict()) != "map[has_next_page:false next:<nil> page_size:50 result:[]]" {
			t.Errorf("%v, %v", dict.ToDict(), err)
		}
		if page, err := list(ust, map[string]any{"page_size": 100_000, "order": sso.AuditAscending, "after": ids[0]}); err != nil || page.PageSize != sso.MaxAuditPage || page.HasNext || page.Next < ids[0] {
			t.Errorf("%+v, %v", page, err)
		}
		for name, value := range map[string]any{"user": "jane", "since": 24, "until": "yesterday", "before": "5", "after": -1, "op": "user.nothing",
			"order": true, "page_size": 1.5, "sub_status": "none", "cid": "a\x00", "actor": []string{"jane"}} {
			if _, err := list(ust, map[string]any{name: value}); codeOf(err) != "E008002" || !strings.Contains(fmt.Sprint(err), name) {
				t.Errorf("%s: %v is answered %v", name, value, err)
			}
		}
		if _, err := list(jane, nil); codeOf(err) != "E005001" {
			t.Errorf("for others: %v", err)
		}
		if _, err := new(sso.API).Audit.List("cid", nil, ust, "CRM", ssotest.Addr); !errors.Is(err, sso.ErrEnded) {
			t.Errorf("an API that no host has made: %v", err)
		}
	})
}

// TestUnsettledAudit lists and exports the audit while a transaction is open that
// may write entries below the newest: not in ascending order.
func TestUnsettledAudit(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		env.SuperUser("admin")
		call := ssotest.Call(env.Login("admin"))
		begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- env.DB.Change(t.Context(), []database.Query{{SQL: "UPDATE gatehouse_audit SET cid = cid WHERE id = 0"}}, func() ([]database.Query, error) {
				close(begun)
				<-end
				return nil, nil
			})
		}()
		<-begun
		newest, err := env.Core.ListAudit(t.Context(), call, sso.AuditCriteria{})
		if err != nil || len(newest.Entries) == 0 {
			t.Errorf("descending: %+v, %v", newest, err)
		}
		want := map[bool]error{true: sso.ErrBusy}[env.DB.Dialect() == "postgresql"]
		_, err = env.Core.ListAudit(t.Context(), call, sso.AuditCriteria{Order: sso.AuditAscending})
		exporting := env.Core.ExportAudit(t.Context(), call, sso.AuditCriteria{}, func([]sso.AuditEntry) error { return nil })
		if !errors.Is(err, want) || !errors.Is(exporting, want) {
			t.Errorf("ascending: %v, %v, want %v", err, exporting, want)
		}
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, err := env.Core.ListAudit(t.Context(), call, sso.AuditCriteria{Order: sso.AuditAscending}); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
