package store_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

func TestLinks(t *testing.T) {
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		s := store.New(db)
		now := database.Timestamp(time.Now())
		jane, joe := add(t, s, newUser()), add(t, s, newUser())
		ust := addSession(t, s, jane)
		const basic, jwt, first = "zato.basic_auth", "zato.jwt", 1_000_000_001
		link := func(user *store.User, kind string, id int64, active bool) *store.Link {
			return &store.Link{UserID: user.UserID, IsActive: active, CreationTime: now, AuthType: kind, AuthID: &id}
		}
		write(t, s, store.InsertLink{Link: link(joe, basic, first, false)}, store.InsertLink{Link: link(jane, basic, first, true)},
			store.InsertLink{Link: link(joe, basic, first+1, true)}, store.InsertLink{Link: link(joe, jwt, first, true)},
			store.InsertLink{Link: link(jane, jwt, first+1, true)})
		if err := s.Write(t.Context(), store.InsertLink{Link: link(jane, basic, first, false)}); !errors.Is(err, store.ErrLinkExists) {
			t.Errorf("a second link: %v", err)
		}

		external := func(user *store.User, ust, key string) {
			t.Helper()
			write(t, s, store.InsertSession{Session: &store.Session{UST: ust, CreationTime: now, ExpirationTime: now.Add(time.Hour),
				AuthType: "jwt", AuthPrincipal: user.Username, ExternalID: &key, State: "{}", UserPK: user.PK}})
		}
		external(jane, "zustb", "basic_auth.1000000001")
		external(jane, "zustb0", "basic_auth.10000000010")
		external(jane, "zustbx", "basicxauth.1000000001.x")
		external(jane, "zustj1", "jwt.1000000001.aa")
		external(jane, "zustj2", "jwt.1000000001.bb")
		external(joe, "zustj3", "jwt.1000000001.aa")

		both := func(lookup store.Lookup, check func(found store.Found)) {
			t.Helper()
			check(find(t, s, lookup))
			err := s.Change(t.Context(), lookup, func(found store.Found) ([]store.Change, error) {
				check(found)
				return nil, nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		count := func(lookup store.Lookup, want ...*store.User) {
			t.Helper()
			both(lookup, func(found store.Found) {
				t.Helper()
				if len(found.Links) != len(want) {
					t.Fatalf("%+v: found %d links, want %d", lookup.Links, len(found.Links), len(want))
				}
				for i, link := range found.Links {
					if link.UserID != want[i].UserID || link.PK == 0 || !link.CreationTime.Equal(now) || *link.AuthID < first {
						t.Errorf("%+v: link %d is %+v", lookup.Links, i, link)
					}
				}
			})
		}
		count(store.Lookup{UserID: joe.UserID, Links: &store.LinkLookup{}}, joe, joe, joe)
		count(store.Lookup{UST: ust, TargetSelf: true, Links: &store.LinkLookup{}}, jane, jane)
		count(store.Lookup{UST: ust, UserID: joe.UserID, Links: &store.LinkLookup{AuthType: basic, AuthID: first}}, joe, jane)
		count(store.Lookup{Links: &store.LinkLookup{AuthType: jwt, AuthID: first}}, joe)
		count(store.Lookup{Links: &store.LinkLookup{AuthType: jwt, AuthID: 1}})

		both(store.Lookup{Links: &store.LinkLookup{AuthType: basic, AuthID: first, IsTarget: true, ExternalID: "jwt.1000000001.aa"}}, func(found store.Found) {
			if found.Target == nil || found.Target.PK != jane.PK {
				t.Errorf("an inactive link counted: %+v", found.Target)
			}
			if len(found.ExternalSessions) != 2 || found.ExternalSessions[0].UST != "zustj1" || *found.ExternalSessions[1].ExternalID != "jwt.1000000001.aa" {
				t.Errorf("sessions %+v", found.ExternalSessions)
			}
		})
		both(store.Lookup{Links: &store.LinkLookup{AuthType: basic, AuthID: 9, IsTarget: true, ExternalID: "none"}}, func(found store.Found) {
			if found.Target != nil || found.ExternalSessions != nil {
				t.Errorf("found %+v", found)
			}
		})

		isThere := func(want bool, usts ...string) {
			t.Helper()
			for _, ust := range usts {
				if got := find(t, s, store.Lookup{UST: ust}).Session != nil; got != want {
					t.Errorf("session %s: %v, want %v", ust, got, want)
				}
			}
		}
		write(t, s, store.EndExternalSessions{UserPK: jane.PK, Key: "basic_auth.1000000001"})
		isThere(false, "zustb")
		isThere(true, "zustb0", "zustbx", "zustj1", "zustj2", "zustj3", ust)
		write(t, s, store.EndExternalSessions{UserPK: jane.PK, Key: "jwt.1000000001"})
		isThere(false, "zustj1", "zustj2")
		isThere(true, "zustb0", "zustj3", ust)

		write(t, s, store.DeleteLink{PK: find(t, s, store.Lookup{Links: &store.LinkLookup{AuthType: jwt, AuthID: first}}).Links[0].PK})
		count(store.Lookup{UserID: joe.UserID, Links: &store.LinkLookup{}}, joe, joe)
		write(t, s, store.DeleteUser{PK: joe.PK})
		count(store.Lookup{Links: &store.LinkLookup{AuthType: basic, AuthID: first}}, jane)
	})
}
