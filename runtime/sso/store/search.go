package store

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// maxName is the width of the name columns and of their search columns, in
// characters.
const maxName = 191

// searchText returns what the search column of a name holds: its full Unicode
// upper case, as Zato's Python wrote it ("ß" becomes "SS"), cut to the width
// of the column, for upper case can be longer.
func searchText(name *string) *string {
	if name == nil {
		return nil
	}
	upper := upperCase(*name)
	if utf8.RuneCountInString(upper) > maxName {
		upper = string([]rune(upper)[:maxName])
	}
	return &upper
}

func upperCase(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return cases.Upper(language.Und).String(text)
		}
	}
	return strings.ToUpper(text)
}
