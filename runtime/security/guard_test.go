package security_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/security"
)

const (
	home   = "192.0.2.1"
	abroad = "203.0.113.9"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// guesser sends passwords and tells the outcomes. No two wrong ones are the same.
type guesser struct {
	t      *testing.T
	d      *security.Definitions
	clock  *clock
	hasher *counting
	serial int
}

// newGuesser has the definition pubapi, with the username client and the password
// "right".
func newGuesser(t *testing.T, db database.DB, change func(*security.ThrottleConfig)) *guesser {
	t.Helper()
	throttle := security.DefaultThrottle()
	if change != nil {
		change(&throttle)
	}
	g := &guesser{t: t, clock: &clock{now: time.Now()}, hasher: newCounting(t)}
	g.d = newDefinitions(t, db, security.Config{Hasher: g.hasher, Throttle: &throttle, Now: g.clock.Now})
	if err := g.d.Set(t.Context(), "pubapi", "client", "right"); err != nil {
		t.Fatal(err)
	}
	return g
}

// outcomeOf is "in", "out", or how long a guess has to wait.
func outcomeOf(err error) string {
	var refused *security.Refusal
	switch {
	case err == nil:
		return "in"
	case errors.As(err, &refused) && refused.Wait > 0 && errors.Is(err, security.ErrTooEarly) && !errors.Is(err, security.ErrDenied):
		return refused.Wait.String()
	case errors.Is(err, security.ErrDenied) && !errors.Is(err, security.ErrTooEarly):
		return "out"
	}
	return err.Error()
}

func (g *guesser) try(username, password, address string) string {
	g.t.Helper()
	_, err := g.d.Verify(g.t.Context(), security.Client{Address: address, Definitions: []string{"pubapi"}}, username, password)
	return outcomeOf(err)
}

func (g *guesser) guess(username, address string) string {
	g.t.Helper()
	g.serial++
	return g.try(username, fmt.Sprint("guess ", g.serial), address)
}

func (g *guesser) wrong(times int, username, address string) {
	g.t.Helper()
	for range times {
		if got := g.guess(username, address); got != "out" {
			g.t.Errorf("a guess at %s from %s: %s", username, address, got)
		}
	}
}

func (g *guesser) want(want, username, password, address string) {
	g.t.Helper()
	if got := g.try(username, password, address); got != want {
		g.t.Errorf("%s from %s: %s, want %s", username, address, got, want)
	}
}

func TestGuessesHaveToWait(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, nil)
		if err := g.d.Set(t.Context(), "private", "", "right"); err != nil { // which is not asked for
			t.Fatal(err)
		}
		// What is known, unknown or not asked for: one sequence of answers for all.
		var sequences [3]string
		for i, username := range []string{"client", "nobody", "private"} {
			for range 16 {
				got := g.guess(username, abroad)
				sequences[i] += got + " "
				if got != "out" {
					wait, err := time.ParseDuration(got)
					if err != nil {
						t.Fatal(got)
					}
					g.want(got, username, "right", abroad) // at no cost, to no avail
					g.clock.forward(wait)
				}
			}
		}
		want := "out out out out out 1s out 2s out 4s out 8s out 16s out 32s "
		for i, got := range sequences {
			if got != want {
				t.Errorf("sequence %d: %s", i, got)
			}
		}

		// From elsewhere, right ones are let in, which does not tell from there.
		g.clock.forward(32 * time.Second)
		g.wrong(1, "client", abroad)
		g.want("1m0s", "client", "right", abroad)
		hashed := g.hasher.verified.Load()
		g.want("in", "client", "right", home)
		for range 3 {
			g.want("1m0s", "client", "right", abroad)
			g.want("in", "client", "right", home)
		}
		if got := g.hasher.verified.Load() - hashed; got != 1 {
			t.Errorf("%d passwords were hashed", got)
		}

		// What was changed is unknown again, and a minute is the longest delay.
		if err := g.d.Set(t.Context(), "pubapi", "", "new"); err != nil {
			t.Fatal(err)
		}
		g.want("1m0s", "client", "new", abroad)
		g.clock.forward(time.Minute)
		g.wrong(1, "client", abroad)
		g.want("1m0s", "client", "new", abroad)
		g.clock.forward(time.Minute)
		g.want("in", "client", "new", abroad)

		// In the end all is forgotten.
		g.clock.forward(15 * time.Minute)
		g.wrong(5, "client", abroad)
		if got := g.guess("client", abroad); got != "1s" {
			t.Errorf("after the window: %s", got)
		}
	})
}

// TestRepeatedCredentialsAreNoGuesses has a client that knows a former password,
// and says so all the time.
func TestRepeatedCredentialsAreNoGuesses(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, nil)
		for range 50 {
			g.want("out", "client", "former", home)
			g.want("out", "nobody", "former", home)
		}
		g.want("in", "client", "right", home)
		g.wrong(4, "client", home)
		if got := g.guess("client", home); got != "1s" {
			t.Errorf("got %s", got)
		}
		g.want("out", "client", "former", home)
		g.want("in", "client", "right", home)
	})
}

func TestGuessesByAddress(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, func(c *security.ThrottleConfig) {
			c.AddressAttempts = 8
			c.SharedAddresses = []string{"10.0.0.0/8", "::1"}
			c.ExemptAddresses = []string{"172.16.0.0/12"}
		})
		others := func(want string, times int, addresses ...string) {
			t.Helper()
			for i := range times {
				if got := g.guess(fmt.Sprint("user ", g.serial), addresses[i%len(addresses)]); got != want {
					t.Errorf("from %s: %s, want %s", addresses[i%len(addresses)], got, want)
				}
			}
		}
		others("out", 8, abroad, "::ffff:"+abroad)
		others("1s", 3, abroad)
		g.want("1s", "client", "right", abroad)
		g.want("in", "client", "right", home)
		others("out", 8, "2001:db8:1:2::1", "2001:db8:1:2::ffff:1", "2001:db8:1:2:3::") // of IPv6, the network counts
		others("1s", 1, "2001:db8:1:2::2")
		others("out", 1, "2001:db8:1:3::2")
		others("out", 30, "10.1.1.1", "::1", "172.16.1.1") // shared or exempt
		g.wrong(5, "other", "10.1.1.1")                    // but usernames count there
		if got := g.guess("other", "10.1.1.1"); got != "1s" {
			t.Errorf("from a shared address: %s", got)
		}
		g.wrong(20, "other", "172.16.1.1")
		others("out", 8, "a socket") // what is no address is a place of its own
		others("1s", 1, "a socket")
	})
}

// TestManyGuessersMakeNoRoom has somebody guess at as many usernames and from as
// many addresses as he likes, which neither hides what he has done nor holds up
// others.
func TestManyGuessersMakeNoRoom(t *testing.T) {
	db := engines["sqlite"](t)
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context(), security.MigrationOwner, security.Migrations()); err != nil {
		t.Fatal(err)
	}
	g := newGuesser(t, db, func(c *security.ThrottleConfig) { c.AddressAttempts = 0 })
	g.wrong(5, "client", abroad)
	for i := range 30_000 {
		g.guess(fmt.Sprint("user ", i), abroad)
		g.guess("client", fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
	}
	if got := g.guess("client", abroad); got == "out" {
		t.Error("what he has done is forgotten")
	}
	held := 0
	for i := range 1000 {
		if g.guess("client", fmt.Sprintf("172.16.%d.%d", i>>8, i&255)) != "out" {
			held++
		}
	}
	// 60 000 guesses at 65 536 places, 0.9 for each: five and more in both places
	// of somebody, by chance, has one in 150 000.
	if held > 3 {
		t.Errorf("%d of 1000 others are held up", held)
	}
}

// atOnce sends so many guesses at the same time, and returns where their outcomes
// come, in any order.
func (g *guesser) atOnce(n int, guess func(i int) (address, clear string)) <-chan string {
	results := make(chan string, n)
	for i := range n {
		go func() {
			address, clear := guess(i)
			_, err := g.d.Verify(context.Background(), security.Client{Address: address}, "client", clear)
			results <- outcomeOf(err)
		}()
	}
	return results
}

// TestGuessesAtOnce sends guesses while none can be hashed: no more are tried
// than may be wrong, whoever else waits.
func TestGuessesAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, nil)
		g.hasher.hold = make(chan struct{})
		const guesses = 60
		results := g.atOnce(guesses, func(i int) (address, clear string) { return abroad, fmt.Sprint("guess ", i) })
		for range guesses - 5 {
			if got := <-results; got != "1s" {
				t.Errorf("one too many: %s", got)
			}
		}
		close(g.hasher.hold)
		for range 5 {
			if got := <-results; got != "out" {
				t.Errorf("one of the first five: %s", got)
			}
		}
		if got := g.hasher.verified.Load(); got != 5 {
			t.Errorf("%d passwords were hashed", got)
		}
	})
}

// TestManyBeginAtOnce has calls with right credentials begin at once, from some
// addresses, at a host that has verified none: that is no guessing. Nor is what
// was never tried.
func TestManyBeginAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, nil)
		g.hasher.hold = make(chan struct{})
		const calls = 60
		results := g.atOnce(calls, func(i int) (address, clear string) { return fmt.Sprint("192.0.2.", i%3), "right" })
		for g.hasher.verified.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		close(g.hasher.hold)
		for range calls {
			if got := <-results; got != "in" {
				t.Errorf("got %s", got)
			}
		}
		if got := g.hasher.verified.Load(); got > 3 { // one, or one for each address whose calls come late
			t.Errorf("%d passwords were hashed", got)
		}
		g.wrong(5, "client", "192.0.2.1") // they count as none
	})
}

func TestGuessesThatWereNotTried(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		hasher := newCounting(t)
		d := newDefinitions(t, db, security.Config{Hasher: hasher, MaxHashing: 1, MaxWaiting: 1})
		if err := d.Set(t.Context(), "pubapi", "client", "right"); err != nil {
			t.Fatal(err)
		}
		hasher.hold = make(chan struct{})
		results := make(chan error)
		verify := func(address, password string) {
			go func() {
				_, err := d.Verify(context.Background(), security.Client{Address: address}, "client", password)
				results <- err
			}()
		}
		verify(home, "one")
		verify(home, "two")
		for i := range 20 { // until both are at work or wait, one of these may be
			verify(abroad, fmt.Sprint("guess ", i)) // one by one: at once, they would be too many guesses
			if err := <-results; !errors.Is(err, security.ErrBusy) {
				t.Errorf("got %v", err)
			}
		}
		close(hasher.hold)
		for range 2 {
			if err := <-results; !errors.Is(err, security.ErrDenied) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := d.Verify(t.Context(), security.Client{Address: abroad}, "client", "right"); err != nil {
			t.Errorf("guesses that were not tried count: %v", err)
		}
	})
}

func TestGuessesWithoutAGuard(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, func(c *security.ThrottleConfig) { *c = security.ThrottleConfig{} })
		g.wrong(200, "client", abroad)
		g.want("in", "client", "right", abroad)
	})
}

// TestReasons tells why credentials were refused, and nothing of what they are.
func TestReasons(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		d := newDefinitions(t, db, withKeys())
		for _, name := range []string{"pubapi", "off", "private"} {
			if err := d.Set(t.Context(), name, "", "right"); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.SetActive(t.Context(), "off", false); err != nil {
			t.Fatal(err)
		}
		from := security.Client{Address: home, Definitions: []string{"pubapi", "off"}}
		for _, c := range []struct {
			username, password string
			want               security.Refusal
		}{
			{"pubapi", "s3cret", security.Refusal{Type: "basic_auth", Definition: "pubapi", Reason: security.WrongPassword}},
			{"pubapi", strings.Repeat("s3cret", 10_000), security.Refusal{Type: "basic_auth", Definition: "pubapi", Reason: security.PasswordTooLong}},
			{"off", "right", security.Refusal{Type: "basic_auth", Definition: "off", Reason: security.SwitchedOff}},
			{"private", "right", security.Refusal{Type: "basic_auth", Definition: "private", Reason: security.NotListed}},
			{"s3cret", "right", security.Refusal{Reason: security.NoSuchUsername}},
		} {
			for range 2 {
				_, err := d.Verify(t.Context(), from, c.username, c.password)
				var refused *security.Refusal
				if !errors.As(err, &refused) || *refused != c.want || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("%s: %+v, %v", c.username, refused, err)
				}
			}
		}
		// What makes others wait is told once.
		slowed := 0
		for i := range 6 {
			_, err := d.Verify(t.Context(), security.Client{Address: abroad}, "pubapi", fmt.Sprint("guess ", min(i, 4)))
			var refused *security.Refusal
			if errors.As(err, &refused) && refused.Slowed > 0 {
				slowed++
			}
		}
		if slowed != 1 {
			t.Errorf("told %d times", slowed)
		}
	})
}

// TestGuessesFromASharedAddress has a client that was verified share an address
// with a guesser: the client goes on, and the guesser pays for each guess but a
// few with a hash, right or wrong.
func TestGuessesFromASharedAddress(t *testing.T) {
	for name, usernames := range map[string][]string{"by username": {"client"}, "by address": {"one", "two", "three", "four", "five"}} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, db database.DB) {
				g := newGuesser(t, db, func(c *security.ThrottleConfig) { c.FirstDelay, c.AddressAttempts = 60, 5 })
				hashes := func(want int64, what string, do func()) {
					t.Helper()
					before := g.hasher.verified.Load()
					do()
					if got := g.hasher.verified.Load() - before; got != want {
						t.Errorf("%s: %d hashes, want %d", what, got, want)
					}
				}
				g.want("in", "client", "right", home)
				for i := range 5 {
					g.wrong(1, usernames[i%len(usernames)], home)
				}
				for range 3 {
					hashes(0, "some right ones", func() {
						for range 5 {
							g.want("in", "client", "right", home)
						}
					})
					hashes(3, "right ones beyond that", func() {
						for range 3 {
							g.want("in", "client", "right", home)
						}
					})
					hashes(3, "and wrong ones", func() {
						for range 3 {
							if got := g.guess("client", home); got == "in" || got == "out" {
								t.Errorf("a guess: %s", got)
							}
						}
					})
					g.clock.forward(time.Second) // in which all five come back
				}
				hashes(0, "wrong ones", func() {
					for range 5 {
						if got := g.guess("client", home); got == "in" || got == "out" {
							t.Errorf("a guess: %s", got)
						}
					}
				})
				hashes(1, "right ones after five wrong ones", func() { g.want("in", "client", "right", home) })
				g.clock.forward(15 * time.Minute)
				hashes(0, "right ones when nobody waits", func() {
					for range 20 {
						g.want("in", "client", "right", home)
					}
				})
			})
		})
	}
}

// TestGuessesWhileHostIsBusy has somebody guess while nothing can be hashed. What
// is refused for that counts as nothing, but does not tell either.
func TestGuessesWhileHostIsBusy(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		hasher, clock := newCounting(t), &clock{now: time.Now()}
		d := newDefinitions(t, db, security.Config{Hasher: hasher, MaxHashing: 1, MaxWaiting: 1, Now: clock.Now})
		if err := d.Set(t.Context(), "pubapi", "client", "right"); err != nil {
			t.Fatal(err)
		}
		verifyFrom := func(address, password string) error {
			_, err := d.Verify(context.Background(), security.Client{Address: address}, "client", password)
			return err
		}
		if err := verifyFrom(home, "right"); err != nil {
			t.Fatal(err)
		}
		hasher.hold = make(chan struct{})
		results := make(chan error)
		const others = 20
		for i := range others {
			go func() { results <- verifyFrom(fmt.Sprint("203.0.113.", i), fmt.Sprint("guess ", i)) }()
		}
		for range others - 2 { // the two that are left hash and wait
			if err := <-results; !errors.Is(err, security.ErrBusy) {
				t.Errorf("got %v", err)
			}
		}
		for range 20 {
			if err := verifyFrom(home, "right"); err != nil {
				t.Errorf("nobody guesses there: %v", err)
			}
		}
		passed := 0
		for i := range 50 {
			if err := verifyFrom(home, fmt.Sprint("another ", i)); !errors.Is(err, security.ErrBusy) {
				t.Errorf("got %v", err)
			}
			switch err := verifyFrom(home, "right"); {
			case err == nil:
				passed++
			case !errors.Is(err, security.ErrBusy):
				t.Errorf("got %v", err)
			}
		}
		if passed == 0 || passed > 5 {
			t.Errorf("%d right ones told from wrong ones without a hash", passed)
		}
		close(hasher.hold)
		for range 2 {
			if err := <-results; !errors.Is(err, security.ErrDenied) {
				t.Errorf("got %v", err)
			}
		}
		clock.forward(10 * time.Second)
		hashed := hasher.verified.Load()
		for range 20 {
			if err := verifyFrom(home, "right"); err != nil {
				t.Error(err)
			}
		}
		if got := hasher.verified.Load() - hashed; got != 0 {
			t.Errorf("%d hashes", got)
		}
	})
}

// TestOneHashCountsOnce sends the same wrong guess from many addresses while it
// is hashed: what others have paid for counts nowhere.
func TestOneHashCountsOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		g := newGuesser(t, db, func(c *security.ThrottleConfig) { c.DefinitionAttempts = 1 })
		g.hasher.hold = make(chan struct{})
		const addresses = 30
		results := make(chan string, addresses)
		for i := range addresses {
			go func() {
				_, err := g.d.Verify(context.Background(), security.Client{Address: fmt.Sprint("203.0.113.", i)}, "client", "wrong")
				results <- outcomeOf(err)
			}()
		}
		for g.hasher.verified.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(50 * time.Millisecond) // who comes later than that is not counted in any case
		close(g.hasher.hold)
		for range addresses {
			if got := <-results; got != "out" {
				t.Errorf("got %s", got)
			}
		}
		wait := 0
		for i := range addresses {
			if g.guess("client", fmt.Sprint("203.0.113.", i)) != "out" {
				wait++
			}
		}
		if wait != 1 {
			t.Errorf("%d addresses have to wait for one hash", wait)
		}
	})
}
