package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestConformance holds every engine to the same answers.
func TestConformance(t *testing.T) {
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		for name, test := range map[string]func(*testing.T, *store.Store){
			"users come back as they went in": usersRoundTrip,
			"lookups":                         lookups,
			"names are unique":                uniqueNames,
			"sessions end":                    sessionsEnd,
			"TOTP steps are used once":        totpSteps,
			"a refusal writes nothing":        refusals,
			"changes are all or nothing":      allOrNothing,
			"audit filters":                   auditFilters,
			"locks":                           locks,
			"names are found":                 namesAreFound,
			"sign-ups":                        signups,
		} {
			t.Run(name, func(t *testing.T) { test(t, store.New(db)) })
		}
	})
}

var serial atomic.Int64

func pointer[T any](v T) *T { return &v }

// newUser returns a user with every column set.
func newUser() *store.User {
	at := func(n int) time.Time {
		return database.Timestamp(time.Date(2026, 1, 2, 3, 4, n, 567891234, time.FixedZone("east", 7200)))
	}
	name := fmt.Sprintf("user-%d", serial.Add(1))
	return &store.User{
		UserID: "zusr" + name, IsActive: true, IsInternal: true, IsSuperUser: true, IsLocked: true, LockedTime: pointer(at(1)),
		CreationCtx: "null", LockedBy: pointer("zusr1"), ApprovalStatus: "approved", ApprovalStatusTime: at(2),
		ApprovalStatusBy: "auto", Username: name, Password: "hash", PasswordIsSet: true, PasswordMustChange: true,
		PasswordLastSet: at(3), PasswordExpiry: at(4), SignUpStatus: "final", SignUpTime: at(5), SignUpConfirmToken: "token" + name,
		Email: pointer("e"), DisplayName: pointer("Żółć 'quoted' \"too\""), FirstName: pointer(""), MiddleName: pointer("m"),
		LastName: pointer("l"), IsRateLimitActive: pointer(true), RateLimitType: pointer("APPROXIMATE"),
		RateLimitDef: pointer("*=1/s"), RateLimitCheckParent: pointer(false), IsTOTPEnabled: true,
		TOTPKey: pointer("key"), TOTPLabel: pointer("label"),
	}
}

func write(t *testing.T, s *store.Store, changes ...store.Change) {
	t.Helper()
	if err := s.Write(t.Context(), changes...); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, s *store.Store, lookup store.Lookup) store.Found {
	t.Helper()
	found, err := s.Read(t.Context(), lookup)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// add inserts a user and returns its row as it is stored.
func add(t *testing.T, s *store.Store, user *store.User) *store.User {
	t.Helper()
	write(t, s, store.InsertUser{User: user})
	return find(t, s, store.Lookup{UserID: user.UserID}).Target
}

func addSession(t *testing.T, s *store.Store, user *store.User) string {
	t.Helper()
	ust := fmt.Sprintf("zust%d", serial.Add(1))
	now := database.Timestamp(time.Now())
	write(t, s, store.InsertSession{Session: &store.Session{UST: ust, CreationTime: now, ExpirationTime: now.Add(time.Hour),
		RemoteAddr: "127.0.0.1, 127.0.0.2", UserAgent: "", AuthType: "default", AuthPrincipal: user.Username, State: "{}", UserPK: user.PK}})
	return ust
}

func usersRoundTrip(t *testing.T, s *store.Store) {
	want := newUser()
	got := *add(t, s, want)
	if got.PK == 0 {
		t.Error("no primary key")
	}
	want.PK = got.PK
	got.SignUpConfirmToken = want.SignUpConfirmToken // written only
	if !reflect.DeepEqual(got, *want) {
		t.Errorf("got  %+v\nwant %+v", got, *want)
	}
	if got.SignUpTime.Location() != time.UTC {
		t.Errorf("times come back in %v", got.SignUpTime.Location())
	}

	changed := got
	changed.LockedTime, changed.LockedBy, changed.Email, changed.DisplayName = nil, nil, nil, nil
	changed.FirstName, changed.MiddleName, changed.LastName, changed.TOTPKey, changed.TOTPLabel = nil, nil, nil, nil, nil
	changed.Username, changed.IsLocked, changed.IsTOTPEnabled, changed.PasswordMustChange = want.Username+"x", false, false, false
	changed.SignUpStatus, changed.ApprovalStatus = "before_confirmation", "rejected"
	write(t, s, store.UpdateUser{User: &changed})
	after := *find(t, s, store.Lookup{UserID: want.UserID}).Target
	after.SignUpConfirmToken = changed.SignUpConfirmToken
	if !reflect.DeepEqual(after, changed) {
		t.Errorf("got  %+v\nwant %+v", after, changed)
	}
}

func lookups(t *testing.T, s *store.Store) {
	user, other := add(t, s, newUser()), add(t, s, newUser())
	ust := addSession(t, s, user)
	for name, lookup := range map[string]store.Lookup{
		"self":         {UST: ust, TargetSelf: true},
		"another":      {UST: ust, UserID: other.UserID},
		"oneself":      {UST: ust, UserID: user.UserID},
		"by name":      {Username: other.Username},
		"session":      {UST: ust},
		"to end":       {UST: ust, ChangesSession: true},
		"none":         {UST: "zustnone", UserID: "zusrnone"},
		"none by name": {Username: "none"},
	} {
		check := func(found store.Found) {
			t.Helper()
			pk := func(u *store.User) int64 {
				if u == nil {
					return 0
				}
				return u.PK
			}
			var wantCaller, wantTarget int64
			switch name {
			case "self", "oneself":
				wantCaller, wantTarget = user.PK, user.PK
			case "another":
				wantCaller, wantTarget = user.PK, other.PK
			case "by name":
				wantTarget = other.PK
			case "session", "to end":
				wantCaller = user.PK
			}
			if pk(found.Caller) != wantCaller || pk(found.Target) != wantTarget || (found.Session != nil) != (wantCaller != 0) {
				t.Errorf("%s: found %+v", name, found)
			}
			if found.Session != nil && (found.Session.UST != ust || found.Session.UserPK != user.PK || found.Session.RemoteAddr != "127.0.0.1, 127.0.0.2") {
				t.Errorf("%s: session %+v", name, found.Session)
			}
		}
		check(find(t, s, lookup))
		err := s.Change(t.Context(), lookup, func(found store.Found) ([]store.Change, error) {
			check(found)
			return nil, nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func uniqueNames(t *testing.T, s *store.Store) {
	user, other := add(t, s, newUser()), add(t, s, newUser())
	twin := newUser()
	twin.Username = user.Username
	if err := s.Write(t.Context(), store.InsertUser{User: twin}); !errors.Is(err, store.ErrUsernameTaken) {
		t.Errorf("a second user of one name: %v", err)
	}
	renamed := *other
	renamed.Username = user.Username
	if err := s.Write(t.Context(), store.UpdateUser{User: &renamed}); !errors.Is(err, store.ErrUsernameTaken) {
		t.Errorf("renaming to a name that is taken: %v", err)
	}
}

func sessionsEnd(t *testing.T, s *store.Store) {
	user, other := add(t, s, newUser()), add(t, s, newUser())
	first, second, kept := addSession(t, s, user), addSession(t, s, user), addSession(t, s, other)
	write(t, s, store.EndSession{PK: find(t, s, store.Lookup{UST: first}).Session.PK})
	if find(t, s, store.Lookup{UST: first}).Session != nil || find(t, s, store.Lookup{UST: second}).Session == nil {
		t.Error("ending one session ended none, or another")
	}
	write(t, s, store.EndSessionsOf{UserPK: user.PK})
	if find(t, s, store.Lookup{UST: second}).Session != nil || find(t, s, store.Lookup{UST: kept}).Session == nil {
		t.Error("ending the sessions of a user left one, or ended another's")
	}
}

func totpSteps(t *testing.T, s *store.Store) {
	user, other := add(t, s, newUser()), add(t, s, newUser())
	use := func(user *store.User, step int64) error {
		return s.Write(t.Context(), store.UseTOTPStep{UserPK: user.PK, Step: step})
	}
	for _, step := range []int64{58_000_001, 58_000_000} {
		if err := use(user, step); err != nil {
			t.Error(err)
		}
		if err := use(user, step); !errors.Is(err, store.ErrTOTPCodeUsed) {
			t.Errorf("a second use: %v", err)
		}
	}
	if err := use(other, 58_000_000); err != nil {
		t.Errorf("another user's code: %v", err)
	}
	write(t, s, store.ForgetTOTPSteps{UserPK: user.PK, Before: 58_000_001})
	if err := use(user, 58_000_000); err != nil {
		t.Errorf("a step that was forgotten: %v", err)
	}
	if err := use(user, 58_000_001); !errors.Is(err, store.ErrTOTPCodeUsed) {
		t.Errorf("a step that was kept: %v", err)
	}
}

func refusals(t *testing.T, s *store.Store) {
	user := add(t, s, newUser())
	refused := errors.New("refused")
	err := s.Change(t.Context(), store.Lookup{UserID: user.UserID}, func(found store.Found) ([]store.Change, error) {
		changed := *found.Target
		changed.Password = "changed"
		return []store.Change{store.UpdateUser{User: &changed}}, refused
	})
	if err != refused {
		t.Errorf("got %v", err)
	}
	if got := find(t, s, store.Lookup{UserID: user.UserID}).Target; got.Password != user.Password {
		t.Error("a refused change was written")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = s.Change(ctx, store.Lookup{UserID: user.UserID}, func(store.Found) ([]store.Change, error) {
		return nil, errors.New("decided after the end")
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func allOrNothing(t *testing.T, s *store.Store) {
	user, twin := add(t, s, newUser()), newUser()
	twin.Username = user.Username
	changed := *user
	changed.Password = "changed"
	entry := store.AuditEntry{Time: time.Now(), CID: "all-or-nothing"}
	err := s.Write(t.Context(), store.UpdateUser{User: &changed}, store.AddAudit{Entry: &entry}, store.InsertUser{User: twin})
	if !errors.Is(err, store.ErrUsernameTaken) {
		t.Errorf("got %v", err)
	}
	if got := find(t, s, store.Lookup{UserID: user.UserID}).Target; got.Password != user.Password {
		t.Error("half of a change was written")
	}
	if n := len(audit(t, s, store.AuditFilter{CID: "all-or-nothing"})); n != 0 {
		t.Errorf("%d audit entries of a change that was not made", n)
	}
}

func audit(t *testing.T, s *store.Store, filter store.AuditFilter) []store.AuditEntry {
	t.Helper()
	var entries []store.AuditEntry
	err := s.Audit(t.Context(), filter, func(e store.AuditEntry) error { entries = append(entries, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func auditFilters(t *testing.T, s *store.Store) {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10 {
		write(t, s, store.AddAudit{Entry: &store.AuditEntry{
			Time: start.Add(time.Duration(i) * time.Minute), CID: fmt.Sprintf("filter-%d", i), Op: []string{"even", "odd"}[i%2],
			Actor: fmt.Sprintf("actor-%d", i%3), Target: fmt.Sprintf("target-%d", i%5), App: []string{"CRM", "ERP"}[i/5], Result: []string{"ok", "error", "warning"}[i/4],
			RemoteAddr: fmt.Sprintf("10.0.0.%d", i%4), SubStatus: []string{"", "E001001,E0010011", "W003005"}[i/4], Keys: []string{"", "email,Key"}[i/6],
		}})
	}
	cids := func(filter store.AuditFilter) string {
		var got []string
		for _, entry := range audit(t, s, filter) {
			if n, ok := strings.CutPrefix(entry.CID, "filter-"); ok {
				got = append(got, n)
			}
		}
		return strings.Join(got, " ")
	}
	for _, c := range []struct {
		filter store.AuditFilter
		want   string
	}{
		{store.AuditFilter{}, "0 1 2 3 4 5 6 7 8 9"},
		{store.AuditFilter{CID: "filter-3"}, "3"},
		{store.AuditFilter{Op: "odd"}, "1 3 5 7 9"},
		{store.AuditFilter{User: "actor-0"}, "0 3 6 9"},
		{store.AuditFilter{User: "target-0"}, "0 5"},
		{store.AuditFilter{User: "nobody"}, ""},
		{store.AuditFilter{Since: start.Add(8 * time.Minute)}, "8 9"},
		{store.AuditFilter{Since: start, Limit: 2}, "8 9"},
		{store.AuditFilter{Since: start.Add(2 * time.Minute), Until: start.Add(4 * time.Minute)}, "2 3"},
		{store.AuditFilter{Actor: "actor-0"}, "0 3 6 9"},
		{store.AuditFilter{Actor: "target-0"}, ""},
		{store.AuditFilter{Target: "target-0"}, "0 5"},
		{store.AuditFilter{App: "ERP", RemoteAddr: "10.0.0.1"}, "5 9"},
		{store.AuditFilter{Result: "error"}, "4 5 6 7"},
		{store.AuditFilter{Result: "warning", Op: "odd"}, "9"},
		{store.AuditFilter{SubStatus: "E001001"}, "4 5 6 7"},
		{store.AuditFilter{SubStatus: "E0010011"}, "4 5 6 7"},
		{store.AuditFilter{SubStatus: "E00100"}, ""},
		{store.AuditFilter{SubStatus: "W003005"}, "8 9"},
		{store.AuditFilter{SubStatus: "E001001", Result: "warning"}, ""},
		{store.AuditFilter{Key: "email"}, "6 7 8 9"},
		{store.AuditFilter{Key: "key"}, ""},
		{store.AuditFilter{Key: "%"}, ""},
		{store.AuditFilter{Op: "odd", User: "actor-0", Since: start.Add(time.Minute), Limit: 1}, "9"},
	} {
		if got := cids(c.filter); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.filter, got, c.want)
		}
		if c.filter.Limit > 0 {
			continue
		}
		var wanted, oldest, newest []string
		for _, n := range strings.Fields(c.want) {
			wanted = append(wanted, "filter-"+n)
		}
		for isOldest, read := range map[bool]func(context.Context, store.AuditFilter) ([]store.AuditEntry, error){true: s.AuditOldest, false: s.AuditNewest} {
			filter := c.filter
			filter.Limit = 3
			for {
				page, err := read(t.Context(), filter)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, entry := range page {
					switch {
					case !strings.HasPrefix(entry.CID, "filter-"):
					case isOldest:
						oldest = append(oldest, entry.CID)
					default:
						newest = append(newest, entry.CID)
					}
				}
				if last := page[len(page)-1].ID; isOldest {
					filter.Above = last
				} else {
					filter.Below = last
				}
			}
		}
		slices.Reverse(newest)
		if !slices.Equal(oldest, wanted) || !slices.Equal(newest, wanted) {
			t.Errorf("%+v: in pages %q and %q, want %q", c.filter, oldest, newest, wanted)
		}
	}
	stop := errors.New("stop")
	if err := s.Audit(t.Context(), store.AuditFilter{}, func(store.AuditEntry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
}

// locks has two changes of one user: the second waits for the first and sees
// what it wrote.
func locks(t *testing.T, s *store.Store) {
	user := add(t, s, newUser())
	const writers = 8
	done := make(chan error, writers)
	for range writers {
		go func() {
			done <- s.Change(t.Context(), store.Lookup{UserID: user.UserID}, func(found store.Found) ([]store.Change, error) {
				changed := *found.Target
				changed.Password += "+"
				return []store.Change{store.UpdateUser{User: &changed}}, nil
			})
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := find(t, s, store.Lookup{UserID: user.UserID}).Target.Password; got != user.Password+strings.Repeat("+", writers) {
		t.Errorf("an update was lost: %q", got)
	}
}
