package channel_test

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
)

// TestClientBehindProxies has a client on a trusted proxy, on several, on one
// that is not trusted, and one who makes addresses up.
func TestClientBehindProxies(t *testing.T) {
	for _, test := range []struct {
		name, trusted, want string
		forwarded           []string
	}{
		{"no proxy is trusted", "", "127.0.0.1", []string{"192.0.2.7"}},
		{"another proxy is trusted", "10.0.0.0/8", "127.0.0.1", []string{"192.0.2.7"}},
		{"no header", "127.0.0.1", "127.0.0.1", nil},
		{"one address", "127.0.0.1", "192.0.2.7", []string{"192.0.2.7"}},
		{"what the client sent itself", "127.0.0.1", "192.0.2.7", []string{"10.1.1.1,  192.0.2.7"}},
		{"two proxies", "127.0.0.1,10.0.0.0/8", "192.0.2.7", []string{"203.0.113.5, 192.0.2.7, 10.1.1.1"}},
		{"two lines", "127.0.0.1,10.0.0.0/8", "192.0.2.7", []string{"203.0.113.5", "192.0.2.7", "10.1.1.1"}},
		{"proxies alone", "127.0.0.1,10.0.0.0/8", "10.2.2.2", []string{"10.2.2.2, 10.1.1.1"}},
		{"ports", "127.0.0.1,10.0.0.0/8", "192.0.2.7", []string{"192.0.2.7:4711, 10.1.1.1:80"}},
		{"IPv6", "127.0.0.1,fd00::/8", "2001:db8::1", []string{"2001:DB8::1, [fd00::1]:80, [fd00::2]"}},
		{"IPv4 in IPv6", "127.0.0.1,10.0.0.0/8", "192.0.2.7", []string{"::ffff:192.0.2.7, ::ffff:10.0.0.1"}},
		{"nothing that can be read", "127.0.0.1", "127.0.0.1", []string{"192.0.2.7, unknown"}},
		{"empty", "127.0.0.1", "127.0.0.1", []string{""}},
		{"markup", "127.0.0.1", "127.0.0.1", []string{"192.0.2.7, <b>\"'"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := start(t, func(config *channel.Config, _ *channel.ServerConfig) {
				for text := range strings.SplitSeq(test.trusted, ",") {
					if !strings.Contains(text, "/") && text != "" {
						text += "/32"
					}
					if text != "" {
						config.TrustedProxies = append(config.TrustedProxies, netip.MustParsePrefix(text))
					}
				}
				config.Routes = []channel.Route{{Method: "GET", Pattern: "/who", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					channel.WriteJSON(w, 200, channel.RemoteAddr(r))
				})}}
			})
			request, err := http.NewRequestWithContext(t.Context(), "GET", h.url+"/who", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header["X-Forwarded-For"] = test.forwarded
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Trim(string(body), "\"\n"); got != test.want {
				t.Errorf("the client is %s, want %s", got, test.want)
			}
			if !strings.Contains(h.log.String(), `"remote_addr":"`+test.want+`"`) {
				t.Errorf("the log is %s", h.log)
			}
			isForgotten := test.forwarded != nil && !strings.HasPrefix(test.trusted, "127.0.0.1")
			if got := strings.Contains(h.log.String(), "name it in http.trusted_proxies"); got != isForgotten {
				t.Errorf("told of a proxy that is not trusted: %v; the log is %s", got, h.log)
			}
		})
	}
}
