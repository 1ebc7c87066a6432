package totp_test

import (
	"encoding/base32"
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso/totp"
)

// rfcKey is the key of RFC 6238, appendix B.
var rfcKey = base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))

// The RFC's codes have eight digits: these are their last six.
var rfcCodes = []struct {
	seconds int64
	code    string
}{
	{59, "287082"},
	{1111111109, "081804"},
	{1111111111, "050471"},
	{1234567890, "005924"},
	{2000000000, "279037"},
	{20000000000, "353130"},
}

func TestCodesOfTheRFC(t *testing.T) {
	for _, vector := range rfcCodes {
		at := time.Unix(vector.seconds, 0)
		got, err := totp.Code(rfcKey, at)
		if err != nil || got != vector.code {
			t.Errorf("Code at %d = %q, %v; want %q", vector.seconds, got, err, vector.code)
		}
		if step, ok := totp.Match(rfcKey, vector.code, at); !ok || step != vector.seconds/30 {
			t.Errorf("Match at %d = %d, %v", vector.seconds, step, ok)
		}
	}
}

func TestWindow(t *testing.T) {
	at := time.Unix(1111111109, 0)
	step := at.Unix() / 30
	code, err := totp.Code(rfcKey, at)
	if err != nil {
		t.Fatal(err)
	}
	for off, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		got, ok := totp.Match(rfcKey, code, at.Add(time.Duration(off)*30*time.Second))
		if ok != want || ok && got != step {
			t.Errorf("%d steps off: step %d, ok %v; want ok %v", off, got, ok, want)
		}
	}
}

func TestWrongCodes(t *testing.T) {
	at := time.Unix(59, 0)
	for _, code := range []string{"", "287083", "94287082", "28708", "0287082", "287082\n", "२८७०८२"} {
		if _, ok := totp.Match(rfcKey, code, at); ok {
			t.Errorf("%q matches", code)
		}
	}
	if _, ok := totp.Match(rfcKey, "287 082", at); !ok {
		t.Error("a code in two groups does not match")
	}
	if _, ok := totp.Match("not a key", "287082", at); ok {
		t.Error("a wrong key matches")
	}
}

func TestKeys(t *testing.T) {
	for name, key := range map[string]string{
		"Zato's":          "KMCLCWN4YPMD2WO3",
		"groups":          "kmcl cwn4 ypmd 2wo3",
		"dashes":          "KMCL-CWN4-YPMD-2WO3",
		"padding":         "KMCLCWN4YPMD2WO3KM======",
		"longest of ours": strings.Repeat("A", 256),
	} {
		if !totp.ValidKey(key) {
			t.Errorf("%s: refused", name)
		}
	}
	for name, key := range map[string]string{
		"empty":             "",
		"short":             "KMCLCWN4YPMD2WO",
		"short with spaces": "KMCL CWN4 YPMD 2WO",
		"digit 1":           "KMCLCWN4YPMD2WO1",
		"length":            "KMCLCWN4YPMD2WO3K",
		"letter":            "KMCLCWN4YPMD2WOŻ",
		"NUL":               "KMCLCWN4YPMD2WO\x00",
		"line end":          "KMCLCWN4YPMD\n2WO3",
		"padding inside":    "KMCLCWN4=YPMD2WO3",
		"too long":          strings.Repeat("A", 264),
		"huge":              strings.Repeat("A", 1<<20),
	} {
		if totp.ValidKey(key) {
			t.Errorf("%s: accepted", name)
		}
		if _, err := totp.Code(key, time.Now()); !errors.Is(err, totp.ErrKey) {
			t.Errorf("%s: Code gives %v", name, err)
		}
	}
	normal, err := totp.NormalKey("kmcl cwn4 ypmd 2wo3=")
	if err != nil || normal != "KMCLCWN4YPMD2WO3" {
		t.Errorf("NormalKey = %q, %v", normal, err)
	}
}

func TestNewKey(t *testing.T) {
	first, second := totp.NewKey(), totp.NewKey()
	if len(first) != 32 || first == second {
		t.Errorf("keys %d characters long, equal: %v", len(first), first == second)
	}
	if normal, err := totp.NormalKey(first); err != nil || normal != first {
		t.Errorf("a new key is not in normal form: %v", err)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(rfcKey, "287082", int64(59))
	f.Add("kmcl cwn4", "", int64(-1))
	f.Fuzz(func(t *testing.T, key, code string, seconds int64) {
		at := time.Unix(seconds, 0)
		if _, ok := totp.Match(key, code, at); ok && !totp.ValidKey(key) {
			t.Errorf("a code matches the invalid key %q", key)
		}
		made, err := totp.Code(key, at)
		if (err == nil) != totp.ValidKey(key) {
			t.Fatalf("Code: %v, ValidKey: %v", err, totp.ValidKey(key))
		}
		if err == nil {
			if _, ok := totp.Match(key, made, at); !ok {
				t.Errorf("code %s of %q does not match at %d", made, key, seconds)
			}
		}
	})
}
