package channel

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Redirect returns a handler that sends requests that came by plain HTTP on to
// the same host by TLS, on a port, with method and body (308).
func Redirect(port int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setSecurityHeaders(w.Header())
		host := hostOf(r.Host)
		if host == "" || !strings.HasPrefix(r.URL.Path, "/") {
			http.Error(w, "This port sends requests on to TLS: name the host", http.StatusBadRequest)
			return
		}
		if port != 443 {
			host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
		}
		target := url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", target.String())
		w.WriteHeader(http.StatusPermanentRedirect)
	})
}

// hostOf returns the host of a Host header without its port, or "" for one that
// cannot be.
func hostOf(header string) string {
	host := header
	if parsed, _, err := net.SplitHostPort(header); err == nil {
		host = parsed
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
	}
	if len(host) > 255 || strings.ContainsFunc(host, func(r rune) bool { return !strings.ContainsRune(hostCharacters, r) }) {
		return ""
	}
	return host
}

// hostCharacters are those of names and addresses.
const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_[]:"
