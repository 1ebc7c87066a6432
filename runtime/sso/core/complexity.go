package core

import (
	"strings"

	"github.com/ccojocar/zxcvbn-go"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// maxComplexity is the best score that zxcvbn gives.
const maxComplexity = 4

// scoredCharacters is how much of a password is scored: the time that this
// takes grows with the cube of the length. What is longer cannot become worse,
// so that no password is refused for its end.
const scoredCharacters = 72

// complexity scores a password from 0 to 4 by how many guesses it withstands;
// names are what somebody who knows the user tries first.
func complexity(text string, names []string) int {
	if scored := []rune(text); len(scored) > scoredCharacters {
		text = string(scored[:scoredCharacters])
	}
	words := []string{}
	for _, name := range names {
		if name = shortened(strings.TrimSpace(name)); name != "" {
			words = append(words, name)
			words = append(words, strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" \t.@-_+", r) })...)
		}
	}
	return zxcvbn.PasswordStrength(text, words).Score
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
