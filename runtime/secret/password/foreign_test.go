package password

import (
	"context"
	"strings"
	"testing"
)

// foreignHashes are from the documentation of passlib, the tests of OpenBSD's
// bcrypt and of the reference implementation of Argon2, and from Python's
// hashlib.
var foreignHashes = map[string]struct{ hash, password string }{
	"bcrypt 2a":               {"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"},
	"bcrypt 2b":               {"$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"},
	"bcrypt 2y":               {"$2y$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i", "abc"},
	"bcrypt of Django":        {"bcrypt$$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"},
	"argon2i":                 {"$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "password"},
	"argon2id of Django":      {"argon2$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
	"scrypt of passlib":       {"$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", "password"},
	"scrypt of two lanes":     {"$scrypt$ln=14,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg$KRyHIj2a3ZQgjkbnDZKKS1LH7HVOJCGXLp4NLLXoBrM", "zażółć-Gęś"},
	"pbkdf2-sha256, passlib":  {"$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$rCSlftHjKgTAY4b9ItcrRaIwHfYxl.A74BDJS9DhBFo", "zażółć-Gęś"},
	"pbkdf2-sha256, PHC":      {"$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$UwKtSzUeCmoqEuu8+pGULctwIbOPCEk44xvuezmPByw", "zażółć-Gęś"},
	"pbkdf2-sha512, PHC":      {"$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$T0IjcvJ4U+7EdLogAxVNYHplswDFOf4YK1h1qpn5usZDWyshCBfhFQI7H3B8KunyJ9wORwoSeTQT2DgWoy8kUg", "zażółć-Gęś"},
	"pbkdf2_sha256 of Django": {"pbkdf2_sha256$26000$abcdefghijklmnopqrstuv$VI77QDNNgerkXecaQTLmTcFDWBHEoxZ0PO73eCSaYvs=", "zażółć-Gęś"},
}

func TestForeignHashesVerifyAndAreMadeAnew(t *testing.T) {
	for name, test := range foreignHashes {
		h := newHasher(t, Config{Algorithm: PBKDF2SHA512, Rounds: 1000}) // which knows of no others to spend time on
		if err := Known(test.hash); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ok, rehash, err := h.Verify(context.Background(), test.hash, test.password); !ok || !rehash || err != nil {
			t.Errorf("%s: ok %v, rehash %v, %v", name, ok, rehash, err)
		}
		if ok, _, err := h.Verify(context.Background(), test.hash, test.password+"x"); ok || err != nil {
			t.Errorf("%s with a wrong password: %v, %v", name, ok, err)
		}
	}
}

// TestForeignHashesBeyondTheLimits has strings that would take a host's memory
// or hours of its time.
func TestForeignHashesBeyondTheLimits(t *testing.T) {
	salt, sum := strings.Repeat("A", 22), strings.Repeat("A", 43)
	bcryptTail := "$" + strings.Repeat("a", 53)
	for name, text := range map[string]string{
		"bcrypt of cost 31":         "$2b$31" + bcryptTail,
		"bcrypt of cost 16":         "$2b$16" + bcryptTail,
		"bcrypt of cost 3":          "$2b$03" + bcryptTail,
		"bcrypt of cost -1":         "$2b$-1" + bcryptTail,
		"bcrypt of cost +5":         "$2b$+5" + bcryptTail[:52] + "!",
		"bcrypt cut short":          ("$2b$06" + bcryptTail)[:59],
		"bcrypt with a strange end": "$2b$06" + bcryptTail[:53] + "=",
		"bcrypt 2x":                 "$2x$06" + bcryptTail,
		"bcrypt 2":                  "$2$06" + bcryptTail,
		"scrypt of 256 MiB":         "$scrypt$ln=18,r=8,p=1$" + salt + "$" + sum,
		"scrypt of all memory":      "$scrypt$ln=63,r=8,p=1$" + salt + "$" + sum,
		"scrypt of large blocks":    "$scrypt$ln=1,r=1073741823,p=1$" + salt + "$" + sum,
		"scrypt of many lanes":      "$scrypt$ln=10,r=8,p=65$" + salt + "$" + sum,
		"scrypt of much work":       "$scrypt$ln=17,r=8,p=5$" + salt + "$" + sum,
		"scrypt of no lanes":        "$scrypt$ln=10,r=8,p=0$" + salt + "$" + sum,
		"scrypt of other order":     "$scrypt$r=8,ln=10,p=1$" + salt + "$" + sum,
		"scrypt, long sum":          "$scrypt$ln=10,r=8,p=1$" + salt + "$" + strings.Repeat("A", 400),
		"argon2i of 1 GiB":          "$argon2i$v=19$m=1048576,t=2,p=1$" + salt + "$" + sum,
		"argon2i of version 16":     "$argon2i$v=16$m=19456,t=2,p=1$" + salt + "$" + sum,
		"argon2d":                   "$argon2d$v=19$m=19456,t=2,p=1$" + salt + "$" + sum,
		"pbkdf2-sha256, rounds":     "$pbkdf2-sha256$2000001$" + salt + "$" + sum,
		"pbkdf2-sha256, PHC rounds": "$pbkdf2-sha256$i=2000001,l=32$" + salt + "$" + sum,
		"pbkdf2-sha256, PHC length": "$pbkdf2-sha256$i=1000,l=33$" + salt + "$" + sum,
		"pbkdf2-sha1":               "$pbkdf2$1000$" + salt + "$" + sum,
		"Django's without a salt":   "pbkdf2_sha256$1000$$" + sum + "=",
		"Django's MD5":              "md5$abcdefgh$d41d8cd98f00b204e9800998ecf8427e",
		"Django within Django":      "bcrypt$" + strings.Repeat("bcrypt$", 100) + "$2b$06" + bcryptTail,
		"nothing behind a prefix":   "argon2$",
		"a dollar":                  "$",
	} {
		if err := Known(text); err != ErrHash {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForeignHashesInTheCostOfRefusals(t *testing.T) {
	h := newHasher(t, Config{Algorithm: PBKDF2SHA512, Rounds: 10})
	var stored []hash
	for name, test := range foreignHashes {
		if err := h.Observe(test.hash); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read, err := parse(test.hash)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, read)
	}
	unknownUser := h.work(parameters{})
	for _, read := range stored {
		for algorithm, cost := range h.work(read.parameters) {
			if cost != unknownUser[algorithm] {
				t.Errorf("wrong password for %v: %s costs %d, an unknown user %d", read.parameters, algorithm, cost, unknownUser[algorithm])
			}
		}
	}
	for algorithm := range unknownUser { // all of them can be computed
		dearest := h.dearest[algorithm]
		dearest.passes = 24 // no power of two
		dearest.waste("password")
	}
}

func FuzzForeign(f *testing.F) {
	for _, test := range foreignHashes {
		f.Add(test.hash)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parse(text)
		if err != nil {
			if err != ErrHash {
				t.Fatal(err)
			}
			return
		}
		isWithin := map[Algorithm]bool{
			Argon2id:       read.memory <= maxMemory && read.passes <= maxPasses && read.threads <= maxThreads,
			argon2i:        read.memory <= maxMemory && read.passes <= maxPasses && read.threads <= maxThreads,
			PBKDF2SHA512:   read.passes <= MaxRounds,
			pbkdf2SHA256:   read.passes <= maxRoundsSHA256,
			bcryptBlowfish: read.passes <= 1<<maxBcryptCost && len(read.bcrypt) == bcryptLength,
			scryptSHA256:   read.cost() <= maxScryptWork && read.passes*read.memory/max(read.threads, 1) <= maxScryptBlocks,
		}
		if !isWithin[read.algorithm] || read.passes < 1 || len(read.salt) > maxSalt || len(read.sum) > maxSum {
			t.Fatalf("%q is beyond the limits", text)
		}
	})
}
