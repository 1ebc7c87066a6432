package postgres_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between the database and its server. It counts round trips and
// cuts connections at a chosen message.
type proxy struct {
	listener net.Listener
	server   string

	mu         sync.Mutex
	fromClient bool // the last message was the client's
	trips      int  // times that the client spoke after the server did
	messages   [2]int
	cutAt      [2]int // messages of a side to let pass before the cut; -1 is never
	cut        bool
}

// The sides, as indexes.
const (
	client = iota
	server
)

// startProxy returns a proxy before the server of a URL, and the URL with the
// proxy's address.
func startProxy(t testing.TB, direct string) (*proxy, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	through, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, server: through.Host, cutAt: [2]int{-1, -1}}
	through.Host = listener.Addr().String()
	go p.serve()
	return p, through.String()
}

func (p *proxy) serve() {
	for {
		inner, err := p.listener.Accept()
		if err != nil {
			return
		}
		outer, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = inner.Close()
			continue
		}
		hangUp := func() {
			_ = inner.Close()
			_ = outer.Close()
		}
		go func() { defer hangUp(); p.copy(client, outer, inner) }()
		go func() { defer hangUp(); p.copy(server, inner, outer) }()
	}
}

// copy passes the messages of one side on, until the cut.
func (p *proxy) copy(side int, to io.Writer, from io.Reader) {
	if side == client { // the startup message has no type
		if !passMessage(to, from, 0) {
			return
		}
	}
	for p.allow(side, from, to) {
	}
}

func (p *proxy) allow(side int, from io.Reader, to io.Writer) bool {
	kind := make([]byte, 1)
	if _, err := io.ReadFull(from, kind); err != nil {
		return false
	}
	p.mu.Lock()
	if p.cutAt[side] == p.messages[side] && !p.cut {
		p.cut = true
		p.mu.Unlock()
		return false
	}
	p.messages[side]++
	if side == client && !p.fromClient {
		p.trips++
	}
	p.fromClient = side == client
	p.mu.Unlock()
	return passMessage(to, from, kind[0])
}

// passMessage passes one message on: its type, unless 0, its length, which
// counts itself, and its body.
func passMessage(to io.Writer, from io.Reader, kind byte) bool {
	header := make([]byte, 4)
	if _, err := io.ReadFull(from, header); err != nil {
		return false
	}
	body := make([]byte, binary.BigEndian.Uint32(header)-4)
	if _, err := io.ReadFull(from, body); err != nil {
		return false
	}
	var message []byte
	if kind != 0 {
		message = append(message, kind)
	}
	message = append(append(message, header...), body...)
	_, err := to.Write(message)
	return err == nil
}

// arm sets the counters to zero and the cut.
func (p *proxy) arm(clientMessages, serverMessages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trips, p.messages, p.fromClient, p.cut = 0, [2]int{}, false, false
	p.cutAt = [2]int{clientMessages, serverMessages}
}

// roundTrips returns how many there were since arm.
func (p *proxy) roundTrips() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trips
}

func (p *proxy) wasCut() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut
}
