package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestResets(t *testing.T) {
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		s := store.New(db)
		for name, test := range map[string]func(*testing.T, *store.Store){
			"resets come back as they went in": resetsRoundTrip,
			"candidates":                       candidates,
			"encrypted rows, page by page":     encryptedRows,
			"no user, no reset":                resetOfNobody,
			"other resets are dropped":         otherResets,
			"resets expire":                    resetsExpire,
		} {
			t.Run(name, func(t *testing.T) { test(t, s) })
		}
	})
}

var resetStart = time.Date(2026, 3, 4, 5, 6, 7, 891234000, time.UTC)

func newReset(userID string) *store.PasswordReset {
	return &store.PasswordReset{CreationTime: resetStart, ExpirationTime: resetStart.Add(24 * time.Hour), CreationCtx: `"{}"`,
		Token: fmt.Sprintf("token%d", serial.Add(1)), Key: "zprtrkey1", KeyExpiration: resetStart.Add(24 * time.Hour), UserID: userID}
}

func resetsRoundTrip(t *testing.T, s *store.Store) {
	user := add(t, s, newUser())
	want := newReset(user.UserID)
	write(t, s, store.InsertReset{Reset: want})
	lookup := store.Lookup{ResetToken: want.Token}
	found := find(t, s, lookup)
	if found.Reset == nil || found.Target == nil || found.Target.PK != user.PK {
		t.Fatalf("found %+v", found)
	}
	want.PK = found.Reset.PK
	if !reflect.DeepEqual(found.Reset, want) {
		t.Errorf("got  %+v\nwant %+v", found.Reset, want)
	}
	accessed, done := resetStart.Add(time.Minute), resetStart.Add(time.Hour)
	err := s.Change(t.Context(), lookup, func(found store.Found) ([]store.Change, error) {
		if found.Reset == nil || found.Target == nil {
			t.Fatalf("locked %+v", found)
		}
		changed := *found.Reset
		changed.KeyExpiration, changed.IsAccessed, changed.AccessTime, changed.AccessCtx = accessed, true, &accessed, pointer("a")
		changed.IsDone, changed.DoneTime, changed.DoneCtx = true, &done, pointer("d")
		want = &changed
		return []store.Change{store.UpdateReset{Reset: &changed}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := find(t, s, lookup).Reset; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if found := find(t, s, store.Lookup{ResetToken: "none"}); found.Reset != nil || found.Target != nil {
		t.Errorf("found %+v", found)
	}
}

func candidates(t *testing.T, s *store.Store) {
	named, first, second := newUser(), newUser(), newUser()
	first.EmailDigest, second.EmailDigest = pointer("digest"), pointer("digest")
	add(t, s, named)
	for range 12 { // who signed up with an e-mail that is not theirs
		pending := newUser()
		pending.EmailDigest, pending.ApprovalStatus = pointer("digest"), "before_decision"
		add(t, s, pending)
	}
	add(t, s, first)
	add(t, s, second)
	ids := func(c store.CandidateLookup) (ids []string) {
		for _, user := range find(t, s, store.Lookup{Candidates: &c}).Candidates {
			ids = append(ids, user.UserID)
		}
		return ids
	}
	for _, c := range []struct {
		username string
		digests  []string
		want     []string
	}{
		{"", nil, nil},
		{named.Username, nil, []string{named.UserID}},
		{"", []string{"older", "digest"}, []string{first.UserID, second.UserID}},
		{named.Username, []string{"digest"}, []string{named.UserID, first.UserID, second.UserID}},
		{"none", []string{"none"}, nil},
	} {
		if got := ids(store.CandidateLookup{Username: c.username, EmailDigests: c.digests}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: found %v", c, got)
		}
	}
}

func resetOfNobody(t *testing.T, s *store.Store) {
	reset := newReset("")
	write(t, s, store.InsertReset{Reset: reset})
	if found := find(t, s, store.Lookup{ResetToken: reset.Token}); found.Reset != nil {
		t.Errorf("found %+v", found.Reset)
	}
}

func otherResets(t *testing.T, s *store.Store) {
	user, other := add(t, s, newUser()), add(t, s, newUser())
	kept, dropped, done, others := newReset(user.UserID), newReset(user.UserID), newReset(user.UserID), newReset(other.UserID)
	done.IsDone = true
	for _, reset := range []*store.PasswordReset{kept, dropped, done, others} {
		write(t, s, store.InsertReset{Reset: reset})
	}
	pk := find(t, s, store.Lookup{ResetToken: kept.Token}).Reset.PK
	write(t, s, store.DropOtherResets{UserID: user.UserID, KeepPK: pk})
	for reset, want := range map[*store.PasswordReset]bool{kept: true, dropped: false, done: true, others: true} {
		if got := find(t, s, store.Lookup{ResetToken: reset.Token}).Reset != nil; got != want {
			t.Errorf("%+v is there: %v", reset, got)
		}
	}
}

func resetsExpire(t *testing.T, s *store.Store) {
	user := add(t, s, newUser())
	long := newReset(user.UserID)
	short, accessed := newReset(user.UserID), newReset(user.UserID)
	short.ExpirationTime, short.KeyExpiration = resetStart, resetStart
	accessed.ExpirationTime, accessed.KeyExpiration = resetStart, resetStart.Add(time.Hour)
	for _, reset := range []*store.PasswordReset{long, short, accessed} {
		write(t, s, store.InsertReset{Reset: reset})
	}
	for _, step := range []struct {
		after                 time.Duration
		long, short, accessed bool
	}{{time.Minute, true, false, true}, {2 * time.Hour, true, false, false}} {
		if _, err := s.DeleteExpired(t.Context(), resetStart.Add(step.after)); err != nil {
			t.Fatal(err)
		}
		for reset, want := range map[*store.PasswordReset]bool{long: step.long, short: step.short, accessed: step.accessed} {
			if got := find(t, s, store.Lookup{ResetToken: reset.Token}).Reset != nil; got != want {
				t.Errorf("after %v: %+v is there: %v", step.after, reset, got)
			}
		}
	}
}

// encryptedRows walks through more rows than keys of one length have.
func encryptedRows(t *testing.T, s *store.Store) {
	before := add(t, s, newUser())
	var want, got []string
	for range 120 {
		want = append(want, fmt.Sprint(add(t, s, newUser()).PK))
	}
	for above := fmt.Sprint(before.PK); ; above = got[len(got)-1] {
		rows, err := s.EncryptedRows(t.Context(), store.EncryptedUsers, above, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			got = append(got, row.Key)
		}
		if len(got) > len(want) {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("walked through %v\nwant %v", got, want)
	}
}
