package password_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
)

func newHasher(t testing.TB, config password.Config) *password.Hasher {
	t.Helper()
	h, err := password.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestVerifiesWhatZatoWrote(t *testing.T) {
	var zato struct {
		Key       string
		Passwords []struct{ Name, Token, Password string }
	}
	content, err := os.ReadFile("../testdata/zato.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &zato); err != nil {
		t.Fatal(err)
	}
	key, err := secret.ParseKey(zato.Key)
	if err != nil {
		t.Fatal(err)
	}
	if len(zato.Passwords) != 3 {
		t.Fatalf("%d passwords", len(zato.Passwords))
	}
	ctx := context.Background()
	toArgon, same := newHasher(t, password.Config{}), newHasher(t, password.Config{Algorithm: password.PBKDF2SHA512})
	for _, user := range zato.Passwords {
		hash, err := secret.NewKeyring(key).Decrypt(user.Token)
		if err != nil {
			t.Fatal(err)
		}
		ok, rehash, err := toArgon.Verify(ctx, string(hash), user.Password)
		if !ok || !rehash || err != nil {
			t.Errorf("%s: ok %v, rehash %v, %v", user.Name, ok, rehash, err)
		}
		ok, rehash, err = same.Verify(ctx, string(hash), user.Password)
		if !ok || rehash || err != nil {
			t.Errorf("%s with Zato's algorithm: ok %v, rehash %v, %v", user.Name, ok, rehash, err)
		}
		if ok, _, err := same.Verify(ctx, string(hash), user.Password+" "); ok || err != nil {
			t.Errorf("%s with a wrong password: ok %v, %v", user.Name, ok, err)
		}
	}
}

func TestHashAndVerify(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		config password.Config
		form   string
	}{
		"argon2id": {password.Config{}, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`},
		"pbkdf2": {password.Config{Algorithm: password.PBKDF2SHA512, Rounds: 1000, SaltSize: 16},
			`^\$pbkdf2-sha512\$1000\$[A-Za-z0-9./]{22}\$[A-Za-z0-9./]{86}$`},
		"pbkdf2 by default": {password.Config{Algorithm: password.PBKDF2SHA512},
			`^\$pbkdf2-sha512\$120000\$[A-Za-z0-9./]{86}\$[A-Za-z0-9./]{86}$`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHasher(t, test.config)
			for _, clear := range []string{"hunter2", "", "zażółć\n", strings.Repeat("x", password.MaxSize)} {
				hash, err := h.Hash(ctx, clear)
				if err != nil {
					t.Fatal(err)
				}
				if !regexp.MustCompile(test.form).MatchString(hash) {
					t.Fatalf("hash is %s", hash)
				}
				if ok, rehash, err := h.Verify(ctx, hash, clear); !ok || rehash || err != nil {
					t.Errorf("%.10q: ok %v, rehash %v, %v", clear, ok, rehash, err)
				}
				if ok, rehash, err := h.Verify(ctx, hash, clear+"x"); ok || rehash || err != nil {
					t.Errorf("%.10q and one more: ok %v, rehash %v, %v", clear, ok, rehash, err)
				}
				if again, err := h.Hash(ctx, clear); err != nil || again == hash {
					t.Errorf("one salt for two hashes, or %v", err)
				}
			}
		})
	}
}

// TestKnownHash has a hash that the reference implementation of Argon2 made:
// argon2 somesalt -id -t 2 -k 65536 -p 1. (Zato's are those of PBKDF2.)
func TestKnownHash(t *testing.T) {
	sum, err := base64.RawStdEncoding.DecodeString("CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil || len(sum) != 32 {
		t.Fatal(err)
	}
	h := newHasher(t, password.Config{})
	hash := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, rehash, err := h.Verify(context.Background(), hash, "password")
	if !ok || !rehash || err != nil {
		t.Errorf("ok %v, rehash %v, %v", ok, rehash, err)
	}
}

func TestPasswordsThatAreRefused(t *testing.T) {
	ctx := context.Background()
	long := strings.Repeat("x", password.MaxSize+1)
	for _, algorithm := range []password.Algorithm{password.Argon2id, password.PBKDF2SHA512} {
		h := newHasher(t, password.Config{Algorithm: algorithm, Rounds: 1})
		for name, test := range map[string]struct {
			refused, accepted string
			want              error
		}{
			"too long": {long, long[1:], password.ErrTooLong},
			"NUL":      {"password\x00", "password", password.ErrNUL},
		} {
			if _, err := h.Hash(ctx, test.refused); !errors.Is(err, test.want) {
				t.Errorf("%s, %s: Hash gives %v", algorithm, name, err)
			}
			hash, err := h.Hash(ctx, test.accepted)
			if err != nil {
				t.Fatal(err)
			}
			if ok, _, err := h.Verify(ctx, hash, test.refused); ok || err != nil {
				t.Errorf("%s, %s: Verify gives %v, %v", algorithm, name, ok, err)
			}
			if err := h.VerifyDummy(ctx, test.refused); err != nil {
				t.Errorf("%s, %s: VerifyDummy gives %v", algorithm, name, err)
			}
		}
	}
}

func TestHashStringsThatAreRefused(t *testing.T) {
	h := newHasher(t, password.Config{})
	salt, sum := strings.Repeat("A", 22), strings.Repeat("A", 86)
	for name, hash := range map[string]string{
		"empty":             "",
		"clear text":        "hunter2",
		"other algorithm":   "$2b$12$abcdefghijklmnopqrstuv",
		"no rounds":         "$pbkdf2-sha512$$" + salt + "$" + sum,
		"zero rounds":       "$pbkdf2-sha512$0$" + salt + "$" + sum,
		"negative rounds":   "$pbkdf2-sha512$-1$" + salt + "$" + sum,
		"leading zero":      "$pbkdf2-sha512$0100$" + salt + "$" + sum,
		"plus sign":         "$pbkdf2-sha512$+100$" + salt + "$" + sum,
		"too many rounds":   "$pbkdf2-sha512$1000001$" + salt + "$" + sum,
		"endless rounds":    "$pbkdf2-sha512$99999999999999999999$" + salt + "$" + sum,
		"plus in base64":    "$pbkdf2-sha512$1$" + salt[1:] + "+$" + sum,
		"padded":            "$pbkdf2-sha512$1$" + salt + "==$" + sum,
		"stray bits":        "$pbkdf2-sha512$1$" + salt[1:] + "B$" + sum,
		"line end":          "$pbkdf2-sha512$1$" + salt + "\n$" + sum,
		"short salt":        "$pbkdf2-sha512$1$AAAA$" + sum,
		"long salt":         "$pbkdf2-sha512$1$" + strings.Repeat("AAAA", 400) + "$" + sum,
		"short checksum":    "$pbkdf2-sha512$1$" + salt + "$" + salt,
		"no checksum":       "$pbkdf2-sha512$1$" + salt,
		"more parts":        "$pbkdf2-sha512$1$" + salt + "$" + sum + "$",
		"huge":              "$pbkdf2-sha512$1$" + strings.Repeat("A", 1<<20) + "$" + sum,
		"argon2d":           "$argon2d$v=19$m=19456,t=2,p=1$" + salt + "$" + salt,
		"other version":     "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + salt,
		"too much memory":   "$argon2id$v=19$m=131073,t=2,p=1$" + salt + "$" + salt,
		"too many passes":   "$argon2id$v=19$m=19456,t=17,p=1$" + salt + "$" + salt,
		"too many threads":  "$argon2id$v=19$m=19456,t=2,p=17$" + salt + "$" + salt,
		"too little memory": "$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + salt,
		"zero threads":      "$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + salt,
		"other order":       "$argon2id$v=19$t=2,m=19456,p=1$" + salt + "$" + salt,
		"more parameters":   "$argon2id$v=19$m=19456,t=2,p=1,x=1$" + salt + "$" + salt,
	} {
		if ok, _, err := h.Verify(context.Background(), hash, "hunter2"); ok || !errors.Is(err, password.ErrHash) {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	for name, config := range map[string]password.Config{
		"algorithm":       {Algorithm: "md5"},
		"negative rounds": {Rounds: -1},
		"too many rounds": {Rounds: password.MaxRounds + 1},
		"short salt":      {SaltSize: 4},
		"long salt":       {SaltSize: 5000},
		"concurrency":     {MaxConcurrent: -1},
		"waiting":         {MaxWaiting: -1},
	} {
		if _, err := password.New(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestGenerate(t *testing.T) {
	if a, b := password.Generate(), password.Generate(); a == b || len(a) != 32 {
		t.Errorf("passwords of %d characters, equal: %v", len(a), a == b)
	}
}

func BenchmarkRefusal(b *testing.B) {
	for _, algorithm := range []password.Algorithm{password.Argon2id, password.PBKDF2SHA512} {
		b.Run(string(algorithm), func(b *testing.B) {
			h := newHasher(b, password.Config{Algorithm: algorithm})
			for b.Loop() {
				if err := h.VerifyDummy(context.Background(), "hunter2"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
