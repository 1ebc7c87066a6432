// Package similar finds the name that somebody may have meant.
package similar

import (
	"fmt"
	"slices"
	"strings"
)

// Hint returns " (did you mean NAME?)" for the name that is nearest to a text,
// or "" where none is near.
func Hint(text string, names []string) string {
	if name := Name(text, names); name != "" {
		return fmt.Sprintf(" (did you mean %s?)", name)
	}
	return ""
}

// Name returns the name that is nearest to a text, upper and lower case being
// one: "" where more than one letter in five, and one, would have to change.
func Name(text string, names []string) string {
	text = strings.ToLower(text)
	most := 1 + len(text)/5
	nearest, least := "", most+1
	for _, name := range slices.Sorted(slices.Values(names)) {
		if d := len(name) - len(text); d > most || -d > most {
			continue
		}
		if d := distance(text, strings.ToLower(name)); d < least {
			nearest, least = name, d
		}
	}
	return nearest
}

// distance counts the letters to put in, take out, change or swap with their
// neighbour in order to make one text the other.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
