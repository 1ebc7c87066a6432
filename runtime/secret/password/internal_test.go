package password

import (
	"context"
	"errors"
	"testing"
	"time"
)

// work returns what spend would compute, in units of each algorithm.
func (h *Hasher) work(spent parameters) map[Algorithm]int {
	total := map[Algorithm]int{}
	for algorithm, dearest := range h.dearest {
		rest := dearest
		if algorithm == spent.algorithm {
			rest = rest.less(spent)
			total[algorithm] += spent.cost()
		}
		total[algorithm] += rest.cost()
	}
	return total
}

// TestEveryRefusalCostsTheSame holds the work of a wrong password against that
// of an unknown user, for every kind of hash in the database.
func TestEveryRefusalCostsTheSame(t *testing.T) {
	ctx := context.Background()
	var hashes []string
	for _, config := range []Config{
		{},
		{Algorithm: PBKDF2SHA512, Rounds: 900},
		{Algorithm: PBKDF2SHA512, Rounds: 2500},
	} {
		made, err := newHasher(t, config).Hash(ctx, "password")
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, made)
	}
	h := newHasher(t, Config{Algorithm: PBKDF2SHA512, Rounds: 1000})
	for _, text := range hashes {
		if _, _, err := h.Verify(ctx, text, "wrong"); err != nil {
			t.Fatal(err)
		}
	}
	unknownUser := h.work(parameters{})
	if unknownUser[PBKDF2SHA512] != 2500 || unknownUser[Argon2id] != owasp.cost() {
		t.Fatalf("an unknown user costs %v", unknownUser)
	}
	for _, text := range hashes {
		stored, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for algorithm, cost := range h.work(stored.parameters) {
			if cost != unknownUser[algorithm] {
				t.Errorf("wrong password for %v: %s costs %d, an unknown user %d",
					stored.parameters, algorithm, cost, unknownUser[algorithm])
			}
		}
	}
}

func TestObserve(t *testing.T) {
	h := newHasher(t, Config{})
	if cost := h.work(parameters{})[PBKDF2SHA512]; cost != 0 {
		t.Fatalf("PBKDF2 costs %d before any was seen", cost)
	}
	made, err := newHasher(t, Config{Algorithm: PBKDF2SHA512, Rounds: 700}).Hash(context.Background(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Observe(made); err != nil {
		t.Fatal(err)
	}
	if cost := h.work(parameters{})[PBKDF2SHA512]; cost != 700 {
		t.Errorf("PBKDF2 costs %d, want 700", cost)
	}
	if err := h.Observe("nonsense"); err != ErrHash {
		t.Errorf("nonsense: %v", err)
	}
}

func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	h := newHasher(t, Config{MaxConcurrent: 2})
	h.turns <- struct{}{} // both turns are taken
	h.turns <- struct{}{}
	hash := hash{parameters: h.preferred, salt: make([]byte, 16), sum: make([]byte, 32)}.String()
	for name, call := range map[string]func(context.Context) error{
		"Hash":        func(ctx context.Context) error { _, err := h.Hash(ctx, "x"); return err },
		"Verify":      func(ctx context.Context) error { _, _, err := h.Verify(ctx, hash, "x"); return err },
		"VerifyDummy": func(ctx context.Context) error { return h.VerifyDummy(ctx, "x") },
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	<-h.turns
	for range 3 { // one turn is enough, as each call gives it back
		if ok, _, err := h.Verify(context.Background(), hash, "x"); ok || err != nil {
			t.Errorf("with a turn free: %v, %v", ok, err)
		}
	}
}

func newHasher(t testing.TB, config Config) *Hasher {
	t.Helper()
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func FuzzParse(f *testing.F) {
	f.Add("$pbkdf2-sha512$1$c2FsdHNhbHQ$AAAA")
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parse(text)
		if err != nil {
			if err != ErrHash {
				t.Fatal(err)
			}
			return
		}
		if !read.foreign && read.String() != text {
			t.Fatalf("%q is read as %q", text, read.String())
		}
		if read.algorithm == Argon2id && (read.memory > maxMemory || read.passes > maxPasses) ||
			read.algorithm == PBKDF2SHA512 && read.passes > MaxRounds {
			t.Fatalf("%q is beyond the limits", text)
		}
	})
}
