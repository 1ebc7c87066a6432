package core

import (
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// maxComplexity is the best score that zxcvbn gives.
const maxComplexity = 4

// Bounds of what zxcvbn is given. Its time grows with the cube of the length
// and, where it undoes substitutions such as 4 for a, doubles with each
// character that could be one: a whole password made for it takes minutes, what
// is left of it by these bounds less than a tenth of a second.
const (
	scoredCharacters = 48
	undoneCharacters = 6 // different ones
)

// substitutes are the characters that may stand for letters.
const substitutes = "4@8({[<369|!17$50+%2"

// complexity scores a password from 0 to 4 by how many guesses it withstands;
// names are what somebody who knows the user tries first.
func complexity(text string, names []string) int {
	words := []string{}
	for _, name := range names {
		if name = shortened(strings.TrimSpace(name)); name != "" {
			words = append(words, name)
			words = append(words, strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" \t.@-_+", r) })...)
		}
	}
	scored := []rune(text)
	if len(scored) <= scoredCharacters {
		return score(text, words)
	}
	// A password is no easier to guess than a part of it.
	return max(score(string(scored[:scoredCharacters]), words), score(string(scored[len(scored)-scoredCharacters:]), words))
}

// scoring has passwords scored one at a time, which leaves the other processors
// to other calls.
var scoring sync.Mutex

func score(text string, words []string) int {
	different := 0
	for _, substitute := range substitutes {
		if strings.ContainsRune(text, substitute) {
			different++
		}
	}
	var without []func(match.Matcher) bool
	if different > undoneCharacters {
		without = append(without, matching.FilterL33tMatcher)
	}
	scoring.Lock()
	defer scoring.Unlock()
	return zxcvbn.PasswordStrength(text, words, without...).Score
}

// shortened keeps what of a name can be found in what is scored.
func shortened(name string) string {
	if text := []rune(name); len(text) > scoredCharacters {
		return string(text[:scoredCharacters])
	}
	return name
}

// namesOf returns what a user's password should not be made of.
func (c *Core) namesOf(user *store.User) []string {
	if user == nil || c.cfg.Password.MinComplexity == 0 {
		return nil
	}
	names := []string{user.Username}
	for _, name := range []*string{user.DisplayName, user.FirstName, user.MiddleName, user.LastName} {
		if name != nil {
			names = append(names, *name)
		}
	}
	if user.Email != nil {
		if email, err := c.keys.DecryptStored(*user.Email); err == nil {
			names = append(names, email)
		}
	}
	return names
}

// namesOfNew is namesOf for a user that is about to be made.
func namesOfNew(user *sso.NewUser) []string {
	names := []string{user.Username}
	for _, name := range []sso.Optional[string]{user.DisplayName, user.FirstName, user.MiddleName, user.LastName, user.Email} {
		if text, ok := name.Get(); ok {
			names = append(names, text)
		}
	}
	return names
}
