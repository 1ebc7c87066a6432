package secret

import (
	"testing"
	"time"
)

// TestSealMatchesTheSpecification uses generate.json of the Fernet
// specification, which fixes the IV and the time.
func TestSealMatchesTheSpecification(t *testing.T) {
	key, err := ParseKey("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339, "1985-10-26T01:20:00-07:00")
	if err != nil {
		t.Fatal(err)
	}
	iv := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	const want = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="
	if got := seal(key, []byte("hello"), iv, now); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
