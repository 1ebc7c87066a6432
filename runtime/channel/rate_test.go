package channel_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
)

// behindProxy has the client address be what X-Forwarded-For says.
func behindProxy(config *channel.Config) {
	config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
}

// slowest is a rate at which no token comes back while a test runs.
func slowest(burst int, exempt ...string) channel.CostlyRateLimit {
	return channel.CostlyRateLimit{Enabled: true, RequestsPerMinute: 1, Burst: burst, ExemptAddresses: exempt}
}

func TestRateLimit(t *testing.T) {
	var exempt []string
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		behindProxy(config)
		exempt = []string{"192.0.2.0/24"}
		// The tokens of a second come back while the test runs, the 1000 of the
		// burst do not.
		config.RateLimit = channel.RateLimit{Enabled: true, RequestsPerSecond: 1, Burst: 50, ExemptAddresses: exempt}
	})
	from := func(address string) reply {
		return h.send(t, "GET", "/zato/ping", "", "", "X-Forwarded-For", address)
	}
	refused := 0
	var last reply
	for range 120 {
		if got := from("203.0.113.7"); got.status == 429 {
			refused++
			last = got
		}
	}
	if refused == 0 || refused > 70 {
		t.Errorf("%d of 120 were refused, with 50 at once", refused)
	}
	seconds, err := strconv.Atoi(last.header.Get("Retry-After"))
	if object := last.object(t); err != nil || seconds < 1 || seconds > 2 || object["result"] != "Error" ||
		object["cid"] != last.header.Get("X-Zato-CID") || !strings.Contains(object["details"].(string), "Too many requests from your address") {
		t.Errorf("refused with %v %s", last.header, last.body)
	}
	if got := from("203.0.113.8"); got.status != 200 {
		t.Errorf("another address: %d", got.status)
	}
	for range 60 {
		if got := from("192.0.2.9"); got.status != 200 {
			t.Fatalf("an exempt address: %d", got.status)
		}
	}
	// What a client makes up does not give it another bucket.
	if got := from("198.51.100.1, 203.0.113.7"); got.status != 429 {
		t.Errorf("a forged address: %d", got.status)
	}
	log := h.log.String()
	if count := strings.Count(log, "requests beyond the rate limit"); count != 1 {
		t.Errorf("%d lines tell of the limit", count)
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"status":429`) && !strings.Contains(line, `"level":"DEBUG"`) {
			t.Errorf("a refused request is logged: %s", line)
		}
	}
}

func TestRateLimitOfIPv6(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		behindProxy(config)
		config.CostlyRateLimit = slowest(3)
		config.Routes = []channel.Route{{Method: "GET", Pattern: "/costly", Costly: true, Handler: ok}}
	})
	from := func(address string) int {
		return h.send(t, "GET", "/costly", "", "", "X-Forwarded-For", address).status
	}
	for i := range 3 {
		if status := from("2001:db8:1:1::" + strconv.Itoa(i)); status != 200 {
			t.Errorf("request %d: %d", i, status)
		}
	}
	if status := from("2001:db8:1:1:ffff::1"); status != 429 {
		t.Errorf("another address of the network: %d", status)
	}
	if status := from("2001:db8:1:2::1"); status != 200 {
		t.Errorf("another network: %d", status)
	}
}

var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { channel.WriteJSON(w, 200, "ok") })

// TestCostlyRoutes counts what is costly apart from the rest, all costly routes
// together, and neither preflights nor other methods of the path.
func TestCostlyRoutes(t *testing.T) {
	h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
		behindProxy(config)
		config.CORS = channel.DefaultCORS()
		config.CORS.AllowedOrigins = []string{"https://app.example.com"}
		config.CostlyRateLimit = slowest(4)
		config.Routes = []channel.Route{
			{Method: "POST", Pattern: "/sign-up", Costly: true, Handler: ok},
			{Method: "PATCH", Pattern: "/sign-up", Handler: ok},
			{Method: "POST", Pattern: "/reset", Costly: true, Handler: ok},
		}
	})
	send := func(method, path string, headers ...string) reply {
		return h.send(t, method, path, "", "", append(headers, "X-Forwarded-For", "203.0.113.7")...)
	}
	for range 10 {
		for _, got := range []reply{
			send("PATCH", "/sign-up"), send("GET", "/zato/ping"),
			send("OPTIONS", "/sign-up", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST"),
		} {
			if got.status >= 300 {
				t.Fatalf("not counted: %d %s", got.status, got.body)
			}
		}
	}
	for i, path := range []string{"/sign-up", "/reset", "/sign-up", "/reset"} {
		if got := send("POST", path); got.status != 200 {
			t.Errorf("request %d: %d", i, got.status)
		}
	}
	got := send("POST", "/reset")
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	if got.status != 429 || err != nil || seconds < 1 || seconds > 60 {
		t.Errorf("one too many: %d %v", got.status, got.header)
	}
	if got := send("PATCH", "/sign-up"); got.status != 200 {
		t.Errorf("what is not costly: %d", got.status)
	}
}

// TestRateLimitIsBounded has more clients than are remembered: the one that
// goes on is, and whoever comes first finds room.
func TestRateLimitIsBounded(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	handler, err := channel.New(channel.Config{
		Invoker: &invoker{respond: answer(`{}`)}, Authenticator: denied{}, TrustedProxies: proxy,
		CostlyRateLimit: slowest(2),
		Routes:          []channel.Route{{Method: "GET", Pattern: "/costly", Costly: true, Handler: ok}},
	})
	if err != nil {
		t.Fatal(err)
	}
	from := func(address string) int {
		request, err := http.NewRequest("GET", "http://x/costly", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.RemoteAddr = "127.0.0.1:4711"
		request.Header.Set("X-Forwarded-For", address)
		return recorded(handler, request).status
	}
	other := netip.MustParseAddr("10.0.0.0")
	for i := range 100_000 {
		other = other.Next()
		if status := from(other.String()); status != 200 {
			t.Fatalf("client %d: %d", i, status)
		}
		if i == 70_000 || i == 70_001 {
			if status := from("203.0.113.7"); status != 200 {
				t.Fatalf("the client: %d", status)
			}
		}
	}
	if status := from("203.0.113.7"); status != 429 {
		t.Errorf("a client of just now: %d", status)
	}
}

func TestWrongRateLimits(t *testing.T) {
	for want, config := range map[string]channel.RateLimit{
		"x.requests_per_second: must be between": {Enabled: true, Burst: 1},
		"x.burst: must be between":               {Enabled: true, RequestsPerSecond: 1},
		"x.exempt_addresses: \"nowhere\" is":     {Enabled: true, RequestsPerSecond: 1, Burst: 1, ExemptAddresses: []string{"nowhere"}},
	} {
		if faults := config.Check("x"); len(faults) != 1 || !strings.Contains(faults[0].Error(), want) {
			t.Errorf("%v, want %s", faults, want)
		}
		config.Enabled = false
		if faults := config.Check("x"); faults != nil {
			t.Errorf("not enabled: %v", faults)
		}
	}
	costly := channel.CostlyRateLimit{Enabled: true, Burst: 1}
	if faults := costly.Check("x"); len(faults) != 1 || !strings.Contains(faults[0].Error(), "x.requests_per_minute: must be between") {
		t.Errorf("%v", faults)
	}
}
