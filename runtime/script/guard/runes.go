package guard

// Rune is a character of a text and the byte that it begins at.
type Rune struct {
	At   int
	Rune rune
}

// runes takes a text apart as a range over it does in Go.
func runes(text string) []Rune {
	all := make([]Rune, 0, len(text))
	for at, r := range text {
		all = append(all, Rune{at, r})
	}
	return all
}
