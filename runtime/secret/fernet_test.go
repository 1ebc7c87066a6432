package secret_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"gatehouse/runtime/secret"
)

const specKey = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="

func keyring(t testing.TB, texts ...string) *secret.Keyring {
	t.Helper()
	keys := make([]secret.Key, len(texts))
	for i, text := range texts {
		key, err := secret.ParseKey(text)
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = key
	}
	return secret.NewKeyring(keys[0], keys[1:]...)
}

func TestDecryptsWhatZatoWrote(t *testing.T) {
	var zato struct {
		Key    string
		Tokens []struct{ Name, Token, Clear string }
	}
	content, err := os.ReadFile("testdata/zato.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &zato); err != nil {
		t.Fatal(err)
	}
	if len(zato.Tokens) < 8 {
		t.Fatalf("only %d tokens", len(zato.Tokens))
	}
	ring := keyring(t, zato.Key)
	for _, token := range zato.Tokens {
		clear, err := ring.Decrypt(token.Token)
		if err != nil || string(clear) != token.Clear {
			t.Errorf("%s: %q, %v; want %q", token.Name, clear, err, token.Clear)
		}
	}
}

// TestInvalidTokensOfTheSpecification leaves out those that are invalid by
// their age alone, which is never checked.
func TestInvalidTokensOfTheSpecification(t *testing.T) {
	ring := keyring(t, specKey)
	for name, token := range map[string]string{
		"incorrect mac":   "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
		"too short":       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==",
		"invalid base64":  "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
		"not whole block": "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
		"padding":         "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
		"incorrect IV":    "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
	} {
		if clear, err := ring.Decrypt(token); !errors.Is(err, secret.ErrToken) {
			t.Errorf("%s: %q, %v", name, clear, err)
		}
	}
}

// signed makes a token of any version and any decrypted content, signed right.
func signed(t *testing.T, version byte, padded []byte) string {
	t.Helper()
	key, err := base64.URLEncoding.DecodeString(specKey)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key[16:])
	if err != nil {
		t.Fatal(err)
	}
	token := append([]byte{version}, make([]byte, 8+16)...)
	if len(padded)%16 == 0 {
		body := make([]byte, len(padded))
		cipher.NewCBCEncrypter(block, token[9:25]).CryptBlocks(body, padded)
		token = append(token, body...)
	} else {
		token = append(token, padded...)
	}
	mac := hmac.New(sha256.New, key[:16])
	mac.Write(token)
	return base64.URLEncoding.EncodeToString(mac.Sum(token))
}

func TestSignedButMalformedTokens(t *testing.T) {
	ring := keyring(t, specKey)
	block := func(padding ...byte) []byte {
		return append(bytes.Repeat([]byte("x"), 16-len(padding)), padding...)
	}
	if clear, err := ring.Decrypt(signed(t, 0x80, block(2, 2))); err != nil || string(clear) != "xxxxxxxxxxxxxx" {
		t.Fatalf("a right token: %q, %v", clear, err)
	}
	for name, token := range map[string]string{
		"other version":   signed(t, 0x81, block(1)),
		"padding of 0":    signed(t, 0x80, block(0)),
		"padding of 17":   signed(t, 0x80, bytes.Repeat([]byte{17}, 32)),
		"mixed padding":   signed(t, 0x80, block(3, 2)),
		"no block":        signed(t, 0x80, nil),
		"part of a block": signed(t, 0x80, make([]byte, 17)),
	} {
		if clear, err := ring.Decrypt(token); !errors.Is(err, secret.ErrToken) {
			t.Errorf("%s: %q, %v", name, clear, err)
		}
	}
}

func TestRoundTripAndTampering(t *testing.T) {
	ring := keyring(t, specKey)
	for _, clear := range []string{"", "a", "exactly 16 bytes", "zażółć gęślą jaźń\x00", strings.Repeat("long ", 10_000)} {
		token := ring.Encrypt([]byte(clear))
		if !strings.HasPrefix(token, secret.TokenPrefix) {
			t.Fatalf("a token begins %.10q", token)
		}
		got, err := ring.Decrypt(token)
		if err != nil || string(got) != clear {
			t.Fatalf("%.20q comes back as %.20q, %v", clear, got, err)
		}
	}
	token := ring.Encrypt([]byte("text"))
	if token == ring.Encrypt([]byte("text")) {
		t.Error("one text gives one token twice")
	}
	for i := range len(token) {
		changed := []byte(token)
		changed[i] ^= 1
		for name, text := range map[string]string{"changed": string(changed), "cut": token[:i]} {
			if _, err := ring.Decrypt(text); !errors.Is(err, secret.ErrToken) {
				t.Fatalf("%s at %d: %v", name, i, err)
			}
		}
	}
	for name, text := range map[string]string{
		"line end inside": token[:10] + "\n" + token[10:],
		"line end after":  token + "\n",
		"no padding":      strings.TrimRight(token, "="),
		"oversize":        strings.Repeat("A", 64<<20),
	} {
		if _, err := ring.Decrypt(text); !errors.Is(err, secret.ErrToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeyringOfSeveralKeys(t *testing.T) {
	older, newer := secret.NewKey(), secret.NewKey()
	before, after := secret.NewKeyring(older), secret.NewKeyring(newer, older)
	if clear, err := after.Decrypt(before.Encrypt([]byte("old"))); err != nil || string(clear) != "old" {
		t.Errorf("a token of the older key: %q, %v", clear, err)
	}
	token := after.Encrypt([]byte("new"))
	if clear, err := secret.NewKeyring(newer).Decrypt(token); err != nil || string(clear) != "new" {
		t.Errorf("the newest key did not encrypt: %q, %v", clear, err)
	}
	if _, err := before.Decrypt(token); !errors.Is(err, secret.ErrToken) {
		t.Errorf("another key decrypts: %v", err)
	}
}

func TestDecryptStored(t *testing.T) {
	ring := keyring(t, specKey)
	token := ring.Encrypt([]byte("clear"))
	for name, test := range map[string]struct{ column, want string }{
		"token":            {token, "clear"},
		"hexadecimal":      {`\x` + hex.EncodeToString([]byte(token)), "clear"},
		"never encrypted":  {"<default-label>", "<default-label>"},
		"empty":            {"", ""},
		"only looks so":    {`\x6g`, `\x6g`},
		"hex of no token":  {`\x6161`, `\x6161`},
		"starts otherwise": {"gAAA", "gAAA"},
	} {
		got, err := ring.DecryptStored(test.column)
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
	for _, column := range []string{"gAAAA", token[:50], secret.NewKeyring(secret.NewKey()).Encrypt([]byte("x"))} {
		if got, err := ring.DecryptStored(column); !errors.Is(err, secret.ErrToken) || got != "" {
			t.Errorf("%.10s…: %q, %v", column, got, err)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	ring := keyring(f, specKey)
	f.Add("gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==", []byte("x"))
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, token string, clear []byte) {
		if _, err := ring.Decrypt(token); err != nil && err != secret.ErrToken {
			t.Fatal(err)
		}
		back, err := ring.Decrypt(ring.Encrypt(clear))
		if err != nil || !bytes.Equal(back, clear) {
			t.Fatalf("%q comes back as %q, %v", clear, back, err)
		}
	})
}

func BenchmarkDecrypt(b *testing.B) {
	ring := keyring(b, specKey)
	token := ring.Encrypt([]byte("zust35gfjd1hw08nz8cck0ttxsbdmb"))
	for b.Loop() {
		if _, err := ring.Decrypt(token); err != nil {
			b.Fatal(err)
		}
	}
}
