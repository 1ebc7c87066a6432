package channel

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/rarely"
	"gatehouse/runtime/internal/settings"
	"gatehouse/runtime/internal/words"
	"gatehouse/runtime/invocation"
)

// RateLimit bounds the requests of one address (of IPv6, of one /64). In a file
// it may also be a switch: true is the section with its defaults, false is one
// that is not enabled.
type RateLimit struct {
	Enabled           bool     `yaml:"enabled"`
	RequestsPerSecond int      `yaml:"requests_per_second"`
	Burst             int      `yaml:"burst"`            // requests that may come at once
	ExemptAddresses   []string `yaml:"exempt_addresses"` // networks that are not counted
}

// CostlyRateLimit is the RateLimit of routes that are Costly, which counts by
// the minute.
type CostlyRateLimit struct {
	Enabled           bool     `yaml:"enabled"`
	RequestsPerMinute int      `yaml:"requests_per_minute"`
	Burst             int      `yaml:"burst"`
	ExemptAddresses   []string `yaml:"exempt_addresses"`
}

// DefaultRateLimit returns what holds where nothing is configured: no limit.
func DefaultRateLimit() RateLimit {
	return RateLimit{RequestsPerSecond: 50, Burst: 200, ExemptAddresses: loopback()}
}

// DefaultCostlyRateLimit returns what holds where nothing is configured.
func DefaultCostlyRateLimit() CostlyRateLimit {
	return CostlyRateLimit{Enabled: true, RequestsPerMinute: 30, Burst: 60, ExemptAddresses: loopback()}
}

func loopback() []string { return []string{"127.0.0.0/8", "::1/128"} }

// UnmarshalYAML takes true and false for the whole section.
func (c *RateLimit) UnmarshalYAML(node *yaml.Node) error {
	type section RateLimit // without this method
	return settings.LoadSwitch(node, &c.Enabled, (*section)(c))
}

// UnmarshalYAML takes true and false for the whole section.
func (c *CostlyRateLimit) UnmarshalYAML(node *yaml.Node) error {
	type section CostlyRateLimit // without this method
	return settings.LoadSwitch(node, &c.Enabled, (*section)(c))
}

// Check tells what is wrong, each setting by its path, which begins with the
// section's. What is not enabled is not looked at.
func (c *RateLimit) Check(section string) []error {
	return checkRate(section, c.Enabled, "requests_per_second", c.RequestsPerSecond, c.Burst, c.ExemptAddresses)
}

// Check tells what is wrong, as that of RateLimit does.
func (c *CostlyRateLimit) Check(section string) []error {
	return checkRate(section, c.Enabled, "requests_per_minute", c.RequestsPerMinute, c.Burst, c.ExemptAddresses)
}

func checkRate(section string, isEnabled bool, setting string, rate, burst int, exempt []string) []error {
	if !isEnabled {
		return nil
	}
	return settings.Faults(section, func(fault settings.Fault) {
		fault.Between(setting, rate, 1, 1_000_000)
		fault.Between("burst", burst, 1, 1_000_000)
		if _, err := network.ParseList(exempt); err != nil {
			fault("exempt_addresses", "%w", err)
		}
	})
}

func (c *RateLimit) limiter() *limiter {
	return newLimiter(c.Enabled, time.Second, c.RequestsPerSecond, c.Burst, c.ExemptAddresses)
}

func (c *CostlyRateLimit) limiter() *limiter {
	return newLimiter(c.Enabled, time.Minute, c.RequestsPerMinute, c.Burst, c.ExemptAddresses)
}

// limiter has a bucket of tokens for each client. A request takes one; a full
// bucket has as many as may come at once, and one is added each interval. A
// bucket is kept as the time when it will be full again: until then a client is
// known, and one that is not known has a full bucket.
type limiter struct {
	interval time.Duration
	burst    int
	exempt   network.List
	exceeded rarely.Line

	mu sync.Mutex
	// Two generations bound the memory: when the younger one is large enough, it
	// becomes the elder, and that one is forgotten. Who comes meanwhile moves to
	// the younger one, so whoever is forgotten has been quiet for the time that
	// as many others need to come.
	younger, elder map[string]time.Time
}

// generation is the size of one, in clients: some 8 MB for both.
const generation = 32_768

// newLimiter returns nil where there is no limit.
func newLimiter(isEnabled bool, period time.Duration, rate, burst int, exempt []string) *limiter {
	if !isEnabled || rate < 1 || burst < 1 {
		return nil
	}
	l := &limiter{interval: period / time.Duration(rate), burst: burst, younger: map[string]time.Time{}}
	l.exempt, _ = network.ParseList(exempt) // Check has found fault with one that cannot be read
	return l
}

// take takes a token for a client, or tells how long there is none.
func (l *limiter) take(client string, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	full, isKnown := l.younger[client]
	if !isKnown {
		full = l.elder[client]
	}
	if full.Before(now) {
		full = now
	}
	full = full.Add(l.interval)
	if wait = full.Sub(now) - time.Duration(l.burst)*l.interval; wait > 0 {
		return wait
	}
	if !isKnown && len(l.younger) >= generation {
		l.younger, l.elder = map[string]time.Time{}, l.younger
	}
	l.younger[client] = full
	return 0
}

// limit refuses a request whose client has none left, and reports whether it
// did.
func (l *limiter) limit(w http.ResponseWriter, r *http.Request) (isRefused bool) {
	if l == nil {
		return false
	}
	x := exchangeOf(r.Context())
	client := x.address
	if address, err := netip.ParseAddr(x.address); err == nil {
		if l.exempt.Has(address) {
			return false
		}
		client = network.Customer(address)
	}
	wait := l.take(client, time.Now())
	if wait <= 0 {
		return false
	}
	x.quiet = true // whoever floods a host need not fill its disk as well
	l.exceeded.Log(x.logger, slog.LevelWarn, "requests beyond the rate limit of an address are refused",
		"cid", x.cid, "remote_addr", x.address, "path", shownPath(r))
	seconds := int(backoff.Told(wait) / time.Second)
	WriteError(w, r, &invocation.Error{
		Status:     http.StatusTooManyRequests,
		Message:    "Too many requests from your address: try again in " + words.Counted(int64(seconds), "second", "seconds"),
		RetryAfter: seconds,
	})
	return true
}
