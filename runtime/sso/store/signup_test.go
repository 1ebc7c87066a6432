package store_test

import (
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/store"
)

func signups(t *testing.T, s *store.Store) {
	digest := func(user *store.User) *store.User {
		user.EmailDigest = pointer("digest of " + user.Username)
		user.Email, user.SignUpStatus = pointer("clear of "+user.Username), "before_confirmation"
		return user
	}
	made := digest(newUser())
	user, other := add(t, s, made), add(t, s, digest(newUser()))
	for name, c := range map[string]struct {
		taken           store.Taken
		username, email bool
	}{
		"free":                {store.Taken{Username: "free", Email: "free", EmailDigests: []string{"free"}}, false, false},
		"username":            {store.Taken{Username: user.Username, Email: "free", EmailDigests: []string{"free"}}, true, false},
		"digest":              {store.Taken{Username: "free", Email: "free", EmailDigests: []string{*user.EmailDigest}}, false, true},
		"e-mail in clear":     {store.Taken{Username: "free", Email: *user.Email, EmailDigests: []string{"free"}}, false, true},
		"all":                 {store.Taken{Username: user.Username, Email: *user.Email, EmailDigests: []string{*other.EmailDigest}}, true, true},
		"no e-mail":           {store.Taken{Username: user.Username}, true, false},
		"nothing asked for":   {store.Taken{}, false, false},
		"letters of a digest": {store.Taken{Username: "free", Email: "x", EmailDigests: []string{"DIGEST OF " + user.Username}}, false, false},
	} {
		check := func(found store.Found) {
			if found.UsernameTaken != c.username || found.EmailTaken != c.email || found.Target != nil || found.Caller != nil {
				t.Errorf("%s: %+v", name, found)
			}
		}
		check(find(t, s, store.Lookup{Taken: &c.taken}))
		err := s.Change(t.Context(), store.Lookup{Taken: &c.taken}, func(found store.Found) ([]store.Change, error) {
			check(found)
			return nil, nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found := find(t, s, store.Lookup{UserID: user.UserID}); found.UsernameTaken || found.EmailTaken {
		t.Errorf("taken without being asked: %+v", found)
	}

	if found := find(t, s, store.Lookup{SignupToken: "none"}); found.Target != nil {
		t.Errorf("found %+v", found.Target)
	}
	at := database.Timestamp(time.Now())
	err := s.Change(t.Context(), store.Lookup{SignupToken: made.SignUpConfirmToken}, func(found store.Found) ([]store.Change, error) {
		if found.Target == nil || found.Target.PK != user.PK {
			t.Fatalf("found %+v", found.Target)
		}
		return []store.Change{store.ConfirmSignup{PK: found.Target.PK, Time: at}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if status := find(t, s, store.Lookup{UserID: user.UserID}).Target.SignUpStatus; status != "final" {
		t.Errorf("confirmed: %s", status)
	}
	if status := find(t, s, store.Lookup{UserID: other.UserID}).Target.SignUpStatus; status != "before_confirmation" {
		t.Errorf("another was confirmed: %s", status)
	}
}
