package bench

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// countingProxy stands between a host and its database and counts round trips:
// how often the client spoke after the server did.
type countingProxy struct {
	server string

	mu         sync.Mutex
	fromClient bool // who spoke last
	trips      int
}

// startCountingProxy returns a proxy before the server of a URL, and the URL
// with the proxy's address.
func startCountingProxy(t *testing.T, direct string) (p *countingProxy, through string) {
	t.Helper()
	address, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p = &countingProxy{server: address.Host}
	go p.accept(listener)
	address.Host = listener.Addr().String()
	return p, address.String()
}

func (p *countingProxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		hangUp := func() {
			_ = client.Close()
			_ = server.Close()
		}
		go func() { defer hangUp(); p.pass(server, client, true) }()
		go func() { defer hangUp(); p.pass(client, server, false) }()
	}
}

func (p *countingProxy) pass(to io.Writer, from io.Reader, fromClient bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.note(fromClient)
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *countingProxy) note(fromClient bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fromClient && !p.fromClient {
		p.trips++
	}
	p.fromClient = fromClient
}

// count returns how many round trips there were while run was at work.
func (p *countingProxy) count(run func()) int {
	p.mu.Lock()
	p.trips, p.fromClient = 0, false
	p.mu.Unlock()
	run()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trips
}
