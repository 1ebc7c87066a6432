package channel

import (
	"container/list"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/rarely"
)

// ConnectionsConfig bounds connections.
type ConnectionsConfig struct {
	// Max is how many there may be at once. Zero takes MaxConnections.
	Max int

	// PerAddress is how many of them may come from one address (of IPv6, from
	// one /64). Zero is half of Max.
	PerAddress int

	// Uncounted are networks of which each address may have all: those of
	// proxies.
	Uncounted []netip.Prefix

	// Logger is told when a bound is reached, once a minute (default: nothing
	// is written).
	Logger *slog.Logger
}

// Connections are the connections that clients have to servers, and their
// bounds. When all are taken, a new one has the one ended that has waited the
// longest for a request, or for the rest of one's header; while all of them have
// a request in progress, or had one just now, new ones wait. So neither idle
// connections nor those with slow headers keep others out, and files cannot run
// out. One whose body is slow has a request in progress, for as long as the body
// may take.
type Connections struct {
	max, perAddress int
	uncounted       network.List
	logger          *slog.Logger
	ended, full     rarely.Line
	refused, failed rarely.Line

	mu        sync.Mutex
	changed   sync.Cond // there is room, or one waits that can be ended, or a listener was closed
	open      int
	customers map[string]int // connections by address
	waiting   list.List      // of *connection; the one that has waited the longest is first
}

// connection is one of a client.
type connection struct {
	net.Conn
	of       *Connections
	customer string        // "" where it is not counted
	waiting  *list.Element // nil while a request is in progress
	settled  time.Time     // when it may be ended, while it waits
	isGone   bool
}

// settling is how long a connection is left alone after an answer: HTTP/2 says
// that it is idle before the answer has left, and clients send the next request
// soon or not at all.
const settling = 250 * time.Millisecond

// NewConnections returns connections of which there are none yet.
func NewConnections(config ConnectionsConfig) *Connections {
	if config.Max <= 0 {
		config.Max = MaxConnections()
	}
	if config.PerAddress <= 0 {
		config.PerAddress = max(1, config.Max/2)
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Connections{
		max: config.Max, perAddress: config.PerAddress, uncounted: config.Uncounted, logger: config.Logger,
		customers: map[string]int{},
	}
	c.changed.L = &c.mu
	return c
}

// mostConnections is the bound where files would allow more: enough for ten
// thousand that are idle, and at some 40 KB each with TLS no more memory than a
// host has.
const mostConnections = 16_384

// MaxConnections is how many connections there may be by default: as many as the
// limit of open files allows, up to 16384. A quarter of the files, up to 4096, is
// left for the database, for services and for what they connect to.
func MaxConnections() int { return min(mostConnections, FilesForConnections()) }

// FilesForConnections is how many connections the limit of open files allows.
func FilesForConnections() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 768 // as with the lowest limit that systems come with
	}
	files := int(min(limit.Cur, 1<<30))
	return max(1, files-min(4096, files/4))
}

// listener accepts connections within the bounds.
type listener struct {
	net.Listener
	of       *Connections
	isClosed bool // under of.mu
}

func (c *Connections) listen(on net.Listener) net.Listener { return &listener{Listener: on, of: c} }

// Accept waits for a connection. Whatever else goes wrong passes, so that the
// server tries again.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err != nil {
			if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
				l.of.endOne()
			}
			l.of.failed.Log(l.of.logger, slog.LevelError, "a connection could not be accepted: it is tried again", "error", err)
			return nil, passing{err}
		}
		if admitted := l.admit(conn); admitted != nil {
			return admitted, nil
		}
	}
}

// passing is an error after which a server tries again.
type passing struct{ error }

// Timeout is a part of net.Error.
func (passing) Timeout() bool { return false }

// Temporary tells http.Server to try again.
func (passing) Temporary() bool { return true }

// Unwrap returns what it was.
func (p passing) Unwrap() error { return p.error }

// Close ends the accepting.
func (l *listener) Close() error {
	l.of.mu.Lock()
	l.isClosed = true
	l.of.changed.Broadcast()
	l.of.mu.Unlock()
	return l.Listener.Close()
}

// admit makes a connection one of those that there are, or ends it and returns
// nil.
func (l *listener) admit(conn net.Conn) net.Conn {
	c := l.of
	admitted := &connection{Conn: conn, of: c, customer: c.customerOf(conn)}
	var ended []*connection
	defer func() { // without the lock
		for _, one := range ended {
			_ = one.Conn.Close()
		}
	}()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.customers[admitted.customer] >= c.perAddress { // of "" there are none
		own, _ := c.longestWaiting(admitted.customer)
		c.refused.Log(c.logger, slog.LevelWarn, "an address has as many connections as it may: those of it that wait are ended for new ones, or new ones refused",
			"remote_addr", addressOf(conn.RemoteAddr().String()), "max_connections_per_address", c.perAddress)
		if own == nil {
			_ = conn.Close()
			return nil
		}
		ended = append(ended, c.end(own))
	}
	for c.open >= c.max {
		longest, settled := c.longestWaiting("")
		if longest != nil {
			c.ended.Log(c.logger, slog.LevelWarn, "all connections are taken: those that have waited the longest for a request are ended for new ones",
				"max_connections", c.max)
			ended = append(ended, c.end(longest))
			continue
		}
		if l.isClosed {
			_ = conn.Close()
			return nil
		}
		if settled.IsZero() {
			c.full.Log(c.logger, slog.LevelWarn, "all connections are taken, and have requests in progress: new ones wait", "max_connections", c.max)
			c.changed.Wait()
			continue
		}
		waker := time.AfterFunc(time.Until(settled), func() {
			c.mu.Lock()
			c.changed.Broadcast()
			c.mu.Unlock()
		})
		c.changed.Wait()
		waker.Stop()
	}
	c.open++
	if admitted.customer != "" {
		c.customers[admitted.customer]++
	}
	admitted.waiting = c.waiting.PushBack(admitted)
	return admitted
}

// customerOf is how a connection is counted by address; "" is not at all.
func (c *Connections) customerOf(conn net.Conn) string {
	peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return ""
	}
	address := peer.Addr().Unmap().WithZone("")
	if address.IsLoopback() || c.uncounted.Has(address) {
		return ""
	}
	return network.Customer(address)
}

// longestWaiting returns the connection of a customer, or of any for "", that
// has waited the longest and may be ended. Where there is none, it tells when
// there will be; zero if none waits.
func (c *Connections) longestWaiting(customer string) (longest *connection, settled time.Time) {
	now := time.Now()
	for element := c.waiting.Front(); element != nil; element = element.Next() {
		one := element.Value.(*connection)
		switch {
		case customer != "" && one.customer != customer:
		case !one.settled.After(now):
			return one, time.Time{}
		case settled.IsZero():
			settled = one.settled
		}
	}
	return nil, settled
}

// end takes a connection out of those that there are. It is left to the caller
// to close it, without the lock.
func (c *Connections) end(one *connection) *connection {
	if one.isGone {
		return one
	}
	one.isGone = true
	c.stopWaiting(one)
	c.open--
	if one.customer != "" {
		if c.customers[one.customer]--; c.customers[one.customer] == 0 {
			delete(c.customers, one.customer)
		}
	}
	c.changed.Broadcast()
	return one
}

func (c *Connections) stopWaiting(one *connection) {
	if one.waiting != nil {
		c.waiting.Remove(one.waiting)
		one.waiting = nil
	}
}

// endOne ends a connection that waits, if any does.
func (c *Connections) endOne() {
	c.mu.Lock()
	longest, _ := c.longestWaiting("")
	if longest != nil {
		c.end(longest)
	}
	c.mu.Unlock()
	if longest != nil {
		_ = longest.Conn.Close()
	}
}

// Close ends a connection.
func (one *connection) Close() error {
	one.of.mu.Lock()
	one.of.end(one)
	one.of.mu.Unlock()
	return one.Conn.Close()
}

// note follows what a server says of a connection: it waits between requests,
// and for the first one.
func (c *Connections) note(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secured.NetConn()
	}
	one, ok := conn.(*connection)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case one.isGone:
	case state == http.StateActive:
		c.stopWaiting(one)
	case state == http.StateIdle && one.waiting == nil:
		one.waiting, one.settled = c.waiting.PushBack(one), time.Now().Add(settling)
		c.changed.Broadcast()
	}
}
