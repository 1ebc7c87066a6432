package compile

import (
	"path/filepath"
	"strings"
	"unicode"
)

// defaultName returns the name of a service that does not name itself: the
// file's stem and the type, each in kebab case, joined by a dot.
func defaultName(file, typeName string) string {
	stem := strings.TrimSuffix(filepath.Base(file), ".go")
	return kebab(stem) + "." + kebab(typeName)
}

// kebab splits a name in words, at underscores, dashes, dots and changes of
// case, and joins them by dashes in lower case. A run of capitals is one word
// (an initialism), its last letter beginning the next word where lower case
// follows, except for a plural s: UserIDs is user-ids, HTTPServer http-server.
func kebab(name string) string {
	runes := []rune(name)
	var out strings.Builder
	separate := func() {
		if out.Len() > 0 && !strings.HasSuffix(out.String(), "-") {
			out.WriteByte('-')
		}
	}
	for i, letter := range runes {
		if !unicode.IsLetter(letter) && !unicode.IsDigit(letter) {
			separate()
			continue
		}
		if unicode.IsUpper(letter) && i > 0 {
			previous := runes[i-1]
			switch {
			case !unicode.IsUpper(previous):
				separate()
			case i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !isPlural(runes, i+1):
				separate()
			}
		}
		out.WriteRune(unicode.ToLower(letter))
	}
	return strings.Trim(out.String(), "-")
}

// isPlural reports whether runes[at] is an s that ends an initialism.
func isPlural(runes []rune, at int) bool {
	return runes[at] == 's' && (at+1 == len(runes) || !unicode.IsLower(runes[at+1]))
}

// validName reports whether a service may have a name: lower-case letters,
// digits, dots, dashes and underscores, a letter or digit at both ends.
func validName(name string) bool {
	isEnd := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
	if name == "" || len(name) > 200 || !isEnd(name[0]) || !isEnd(name[len(name)-1]) {
		return false
	}
	for i := range len(name) {
		if !isEnd(name[i]) && !strings.ContainsRune(".-_", rune(name[i])) {
			return false
		}
	}
	return true
}
