package channel

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"gatehouse/runtime/internal/network"
)

// headerForwarded is the header in which proxies tell whom they forward for.
const headerForwarded = "X-Forwarded-For"

// clientOf returns the address that a request comes from, without port: the
// peer's, or where that is a trusted proxy, the one that it forwards for. Each
// proxy adds to the end of X-Forwarded-For whom it has the request from, so the
// list is read from its end, through the proxies that are trusted, to the first
// address that is none of theirs; what stands before that one was sent by the
// client, who may write what he likes. The proxies are left out: an address
// list that takes a proxy's network would let in everybody.
func (c *channel) clientOf(r *http.Request) string {
	client := addressOf(r.RemoteAddr)
	if !c.isProxy(client) {
		c.warnOfProxy(client, r)
		return client
	}
	for _, line := range slices.Backward(r.Header[headerForwarded]) {
		for _, text := range slices.Backward(strings.Split(line, ",")) {
			if !c.isProxy(client) {
				return client
			}
			next := addressOf(strings.TrimSpace(text))
			if _, err := netip.ParseAddr(next); err != nil {
				return client // "unknown" and the like: no more is known than the proxy's own address
			}
			client = next
		}
	}
	return client
}

func (c *channel) isProxy(address string) bool {
	if len(c.TrustedProxies) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(address)
	return err == nil && network.List(c.TrustedProxies).Has(addr)
}

// warnOfProxy tells of a peer that seems to be a proxy which was forgotten: all
// its clients are one address then, and on this machine one that limits exempt.
// Only from a network of the host's own, as any client may send the header.
func (c *channel) warnOfProxy(peer string, r *http.Request) {
	if len(r.Header[headerForwarded]) == 0 {
		return
	}
	if addr, err := netip.ParseAddr(peer); err != nil || !addr.IsLoopback() && !addr.IsPrivate() {
		return
	}
	c.forgotten.Log(c.Logger, slog.LevelWarn,
		"X-Forwarded-For is ignored: if this peer is a proxy in front of the host, name it in http.trusted_proxies; else its clients are all one address, to limits and address lists, too",
		"peer", peer)
}

// addressOf returns an address without its port.
func addressOf(text string) string {
	if parsed, err := netip.ParseAddrPort(text); err == nil {
		return parsed.Addr().Unmap().WithZone("").String()
	}
	if parsed, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return parsed.Unmap().WithZone("").String()
	}
	if host, _, err := net.SplitHostPort(text); err == nil {
		return host
	}
	return text
}
