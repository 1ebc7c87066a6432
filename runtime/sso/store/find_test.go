package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/sso/store"
)

// letters are what names are made of here: none has another upper case, and
// some mean something to one or the other engine's way to search.
var letters = []rune(`AAABBÄ語😀"'*%_!\^:()-+ ` + "\u0301")

func randomName(random *rand.Rand, most int) string {
	name := make([]rune, random.IntN(most+1))
	for i := range name {
		name[i] = letters[random.IntN(len(letters))]
	}
	return string(name)
}

// namesAreFound compares searches with the same over a list, while users come,
// change and go.
func namesAreFound(t *testing.T, s *store.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	marker := fmt.Sprintf("only-%d", random.Uint64())
	columns := []string{"display_name", "first_name", "middle_name", "last_name"}
	names := func(user *store.User) []**string {
		return []**string{&user.DisplayName, &user.FirstName, &user.MiddleName, &user.LastName}
	}
	shuffle := func(user *store.User) {
		for _, name := range names(user) {
			switch random.IntN(4) {
			case 0:
				*name = nil
			case 1, 2:
				*name = pointer(randomName(random, 12))
			}
		}
	}
	var users []*store.User
	for round := range 300 {
		switch {
		case len(users) < 30 || random.IntN(4) == 0:
			user := newUser()
			user.SignUpStatus = marker // keeps others out
			shuffle(user)
			users = append(users, add(t, s, user))
		case random.IntN(8) == 0:
			i := random.IntN(len(users))
			write(t, s, store.DeleteUser{PK: users[i].PK})
			users = slices.Delete(users, i, i+1)
		default:
			user := users[random.IntN(len(users))]
			shuffle(user)
			write(t, s, store.UpdateUser{User: user})
		}

		filter := store.UserFilter{SignUpStatus: marker, NamesOr: random.IntN(2) == 0}
		for range 1 + random.IntN(2) {
			column, text := random.IntN(4), randomName(random, 4)+"A"
			if name := *names(users[random.IntN(len(users))])[column]; name != nil && random.IntN(4) > 0 {
				part := []rune(*name)
				start := random.IntN(len(part) + 1)
				text = string(part[start : start+random.IntN(len(part)-start+1)])
			}
			filter.Names = append(filter.Names, store.NameFilter{Column: columns[column], Text: text, Contains: random.IntN(4) > 0})
		}
		holds := func(user *store.User) bool {
			for _, condition := range filter.Names {
				name := *names(user)[slices.Index(columns, condition.Column)]
				holds := name != nil && (condition.Contains && strings.Contains(*name, condition.Text) || *name == condition.Text)
				if holds == filter.NamesOr {
					return filter.NamesOr
				}
			}
			return !filter.NamesOr
		}
		var want, got []string
		for _, user := range users {
			if holds(user) {
				want = append(want, user.Username)
			}
		}
		found, total, err := s.FindUsers(t.Context(), filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range found {
			got = append(got, user.Username)
		}
		if total != len(found) || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Fatalf("round %d: %+v finds %q (%d), want %q", round, filter, got, total, want)
		}
		if !slices.IsSortedFunc(found, inOrder) {
			t.Fatalf("round %d: not in order: %q", round, got)
		}
	}
}

// inOrder compares users as section 6 of the specification sorts them, the
// nameless last.
func inOrder(a, b *store.User) int {
	switch {
	case a.DisplayName == nil && b.DisplayName == nil:
	case a.DisplayName == nil:
		return 1
	case b.DisplayName == nil:
		return -1
	}
	if a.DisplayName != nil && *a.DisplayName != *b.DisplayName {
		return strings.Compare(*a.DisplayName, *b.DisplayName)
	}
	return cmp.Or(strings.Compare(a.Username, b.Username), a.SignUpTime.Compare(b.SignUpTime), strings.Compare(a.UserID, b.UserID))
}
