package ident

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

func TestFormOfNewIDs(t *testing.T) {
	for name, id := range map[string]struct {
		make func() string
		form string
		is   func(string) bool
	}{
		"user":         {NewUserID, `^zusr[0-9a-hjkmnp-tv-z]{1,26}$`, IsUserID},
		"session":      {NewUST, `^zust[0-9a-hjkmnp-tv-z]{1,26}$`, IsUST},
		"reset token":  {NewResetToken, `^[0-9a-hjkmnp-tv-z]{1,26}$`, IsResetToken},
		"reset key":    {NewResetKey, `^zprtrkey[0-9a-hjkmnp-tv-z]{1,26}$`, IsResetKey},
		"signup token": {NewSignupToken, `^[A-Za-z0-9_-]{32}$`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for range 1000 {
				made := id.make()
				if !regexp.MustCompile(id.form).MatchString(made) {
					t.Fatalf("%q does not match %s", made, id.form)
				}
				if id.is != nil && !id.is(made) {
					t.Fatalf("%q is not recognised", made)
				}
				if seen[made] {
					t.Fatalf("%q was made twice", made)
				}
				seen[made] = true
			}
		})
	}
}

func TestIDsAreVersion4UUIDs(t *testing.T) {
	for range 100 {
		number := decode(t, NewResetToken())
		if version := new(big.Int).Rsh(number, 76).Uint64() & 0xf; version != 4 {
			t.Fatalf("version is %d", version)
		}
		if variant := new(big.Int).Rsh(number, 62).Uint64() & 3; variant != 2 {
			t.Fatalf("variant is %d", variant)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, test := range []struct {
		hex  string
		want string
	}{
		{"00000000000000000000000000000000", "0"},
		{"0000000000000000000000000000001f", "z"},
		{"00000000000000000000000000000020", "10"},
		{"00000000000000010000000000000000", "g000000000000"},
		{"ffffffffffffffffffffffffffffffff", "7zzzzzzzzzzzzzzzzzzzzzzzzz"},
	} {
		number, _ := new(big.Int).SetString(test.hex, 16)
		var bits [16]byte
		number.FillBytes(bits[:])
		got := encode(bits)
		if got != test.want {
			t.Errorf("encode(%s) = %s, want %s", test.hex, got, test.want)
		}
		if decode(t, got).Cmp(number) != 0 {
			t.Errorf("%s does not read back", got)
		}
	}
}

func TestRecognition(t *testing.T) {
	for _, id := range []string{ // from a database that Zato wrote
		"zusr2999k4dygr9nc897qms5jcasah", "zusrkjjsz6p2d9239me90rqhmm484",
	} {
		if !IsUserID(id) {
			t.Errorf("%s is not recognised", id)
		}
	}
	if !IsUST("zust35gfjd1hw08nz8cck0ttxsbdmb") || !IsResetKey("zprtrkey4zej7ep5cs9q5vmxbhg3ysse66") ||
		!IsResetToken("39bntxvnt9frrgvg8azvz6chv") {
		t.Error("Zato's IDs are not recognised")
	}
	for _, text := range []string{
		"", "zusr", "zust2999", "ZUSR2999", "zusr2999K", "zusri", "zusrl", "zusro", "zusru", "zusr 2", "zusr2\x00", "zusrż",
		"zusr80000000000000000000000000", "zusr" + strings.Repeat("1", 27),
	} {
		if IsUserID(text) {
			t.Errorf("%q is recognised", text)
		}
	}
}

func decode(t *testing.T, text string) *big.Int {
	t.Helper()
	number := new(big.Int)
	for _, digit := range text {
		value := strings.IndexRune(alphabet, digit)
		if value < 0 {
			t.Fatalf("%q has a wrong digit", text)
		}
		number.Or(number.Lsh(number, 5), big.NewInt(int64(value)))
	}
	return number
}
