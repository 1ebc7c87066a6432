package channel

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// RedirectConfig is what plain HTTP is sent on to TLS with.
type RedirectConfig struct {
	// Port is that of TLS.
	Port int

	// Names returns the names and addresses that the host has certificates for,
	// of which names may begin with "*.". Requests for any other host are
	// refused. Where it is nil or returns none, every host is sent on.
	Names func() []string
}

// Redirect returns a handler that sends requests that came by plain HTTP on to
// the same host by TLS, with method and body (308).
func Redirect(config RedirectConfig) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, ok := hostOf(r.Host)
		if !ok || !strings.HasPrefix(r.URL.Path, "/") {
			http.Error(w, "This port sends requests on to TLS: name the host", http.StatusBadRequest)
			return
		}
		if config.Names != nil {
			if names := config.Names(); len(names) > 0 && !isNamed(host, names) {
				http.Error(w, "This port sends requests on to TLS, for the names of the certificate alone", http.StatusBadRequest)
				return
			}
		}
		switch {
		case config.Port != 443:
			host = net.JoinHostPort(host, strconv.Itoa(config.Port))
		case strings.Contains(host, ":"):
			host = "[" + host + "]"
		}
		target := url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", target.String())
		w.WriteHeader(http.StatusPermanentRedirect)
	})
}

// Bounded returns a handler that has another one answer within the bounds of a
// channel: of URL and header, and of the time for a client to take the answer.
// Its answers have the headers that every answer has.
func Bounded(handler http.Handler, writeTimeout time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setSecurityHeaders(w.Header())
		controller := http.NewResponseController(w)
		now := time.Now()
		_ = controller.SetWriteDeadline(now.Add(writeTimeout))
		if r.ContentLength != 0 { // http.Server reads some of a body before it answers
			_ = controller.SetReadDeadline(now.Add(refusedBody))
		}
		if beyond := beyondLimits(r); beyond != nil {
			http.Error(w, beyond.Message, beyond.Status)
			return
		}
		handler.ServeHTTP(w, r)
	})
}

// hostOf returns the name or the address of a Host header, without its port and
// without the brackets of IPv6, and whether it can be one.
func hostOf(header string) (string, bool) {
	var host string
	var isBracketed bool
	if rest, ok := strings.CutPrefix(header, "["); ok {
		isBracketed = true
		if host, header, ok = strings.Cut(rest, "]"); !ok || header != "" && !strings.HasPrefix(header, ":") {
			return "", false
		}
	} else {
		host, _, _ = strings.Cut(header, ":")
		header = header[len(host):]
	}
	if port, ok := strings.CutPrefix(header, ":"); ok {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return "", false
		}
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.String(), address.Is6() == isBracketed && address.Zone() == ""
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host, !isBracketed && isDNSName(host)
}

// isDNSName reports whether a text in lower case is a name of the DNS, also one
// with an underscore. What ends in a number is none: browsers read it as an
// address.
func isDNSName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}

// isNamed reports whether a host is one of names.
func isNamed(host string, names []string) bool {
	_, parent, _ := strings.Cut(host, ".")
	for _, name := range names {
		if above, ok := strings.CutPrefix(name, "*."); strings.EqualFold(name, host) || ok && strings.EqualFold(above, parent) {
			return true
		}
	}
	return false
}
