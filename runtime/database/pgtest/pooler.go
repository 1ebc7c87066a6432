package pgtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// Pooler stands between clients and a server as PgBouncer does in its
// transaction mode, at its hardest: no transaction of a client has the session
// of the server that the one before it had, and other clients get that one next.
type Pooler struct {
	listener net.Listener
	database string

	mu      sync.Mutex
	server  string
	idle    []*serverSession // the one that waits longest is first
	clients map[uint32]*poolerClient
	greeted uint32 // clients, so far
}

// serverSession is a session of the server, which clients share.
type serverSession struct {
	*pgproto3.Frontend
	conn   net.Conn
	server string
	key    pgproto3.BackendKeyData
}

// poolerClient is a client, and the session that its transaction has.
type poolerClient struct {
	*pgproto3.Backend
	conn    net.Conn
	session *serverSession
}

// idleSessions is how many sessions wait at least, so that a client that is
// alone gets another one each time.
const idleSessions = 3

// rowsAtOnce is how many messages to a client travel together.
const rowsAtOnce = 64

// poolerSecret is told to clients, which cancel with it.
var poolerSecret = []byte{1, 2, 3, 4}

// NewPooler starts a pooler, which ends with the test, in front of the server of
// a URL, and returns it with the URL that leads through it.
func NewPooler(t testing.TB, direct string) (pooler *Pooler, through string) {
	t.Helper()
	parsed, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Pooler{listener: listener, server: parsed.Host, database: parsed.Path[1:], clients: map[uint32]*poolerClient{}}
	t.Cleanup(func() {
		_ = listener.Close()
		p.Move("")
	})
	go p.serve()
	parsed.Host = listener.Addr().String()
	return p, parsed.String()
}

// Move has transactions from now on go to the server at another address; clients
// stay connected.
func (p *Pooler) Move(server string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
	for _, session := range p.idle {
		_ = session.conn.Close()
	}
	p.idle = nil
}

func (p *Pooler) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			p.talk(&poolerClient{Backend: pgproto3.NewBackend(conn, conn), conn: conn})
		}()
	}
}

// talk greets a client and passes on what it sends, until it has gone.
func (p *Pooler) talk(client *poolerClient) {
	startup, err := client.ReceiveStartupMessage()
	if err != nil {
		return
	}
	if request, ok := startup.(*pgproto3.CancelRequest); ok {
		p.cancel(request)
		return
	}
	p.mu.Lock()
	p.greeted++
	id := p.greeted
	p.clients[id] = client
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.clients, id)
		p.mu.Unlock()
		if client.session != nil { // in the midst of a transaction
			_ = client.session.conn.Close()
		}
	}()
	client.Send(&pgproto3.AuthenticationOk{})
	// No process of a server has such a number.
	client.Send(&pgproto3.BackendKeyData{ProcessID: 1<<31 + id, SecretKey: poolerSecret})
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	for client.Flush() == nil {
		message, err := client.Receive()
		if err != nil {
			return
		}
		if _, ok := message.(*pgproto3.Terminate); ok {
			return
		}
		if err := p.pass(client, message); err != nil {
			client.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: "server conn crashed?"})
			_ = client.Flush()
			return
		}
	}
}

// pass sends a message to the server and, if it asks for an answer, passes that
// on to the client.
func (p *Pooler) pass(client *poolerClient, message pgproto3.FrontendMessage) error {
	if client.session == nil {
		session, err := p.take()
		if err != nil {
			return err
		}
		p.mu.Lock()
		client.session = session
		p.mu.Unlock()
	}
	session := client.session
	session.Send(message)
	switch message.(type) {
	case *pgproto3.Sync, *pgproto3.Query:
	default:
		return nil
	}
	if err := session.Flush(); err != nil {
		return err
	}
	for n := 1; ; n++ {
		answer, err := session.Receive()
		if err != nil {
			return err
		}
		client.Send(answer)
		ready, isLast := answer.(*pgproto3.ReadyForQuery)
		if isLast && ready.TxStatus == 'I' {
			p.mu.Lock()
			client.session = nil
			p.mu.Unlock()
			p.put(session)
		}
		if !isLast && n%rowsAtOnce != 0 {
			continue
		}
		if err := client.Flush(); err != nil || isLast {
			return err
		}
	}
}

// take returns the session that waits longest.
func (p *Pooler) take() (*serverSession, error) {
	for {
		p.mu.Lock()
		server := p.server
		if len(p.idle) >= idleSessions {
			session := p.idle[0]
			p.idle = p.idle[1:]
			p.mu.Unlock()
			return session, nil
		}
		p.mu.Unlock()
		session, err := p.connect(server)
		if err != nil {
			return nil, err
		}
		p.put(session)
	}
}

func (p *Pooler) put(session *serverSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if session.server != p.server {
		_ = session.conn.Close()
		return
	}
	p.idle = append(p.idle, session)
}

// connect opens a session of a server.
func (p *Pooler) connect(server string) (*serverSession, error) {
	conn, err := net.DialTimeout("tcp", server, startTimeout)
	if err != nil {
		return nil, err
	}
	session := &serverSession{Frontend: pgproto3.NewFrontend(conn, conn), conn: conn, server: server}
	session.Send(&pgproto3.StartupMessage{
		ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": superuser, "database": p.database},
	})
	if err := session.Flush(); err != nil {
		return nil, err
	}
	for {
		message, err := session.Receive()
		if err != nil {
			return nil, err
		}
		switch message := message.(type) {
		case *pgproto3.BackendKeyData:
			session.key = pgproto3.BackendKeyData{ProcessID: message.ProcessID, SecretKey: append([]byte{}, message.SecretKey...)}
		case *pgproto3.ReadyForQuery:
			return session, nil
		case *pgproto3.ErrorResponse:
			_ = conn.Close()
			return nil, fmt.Errorf("pgtest: %s", message.Message)
		}
	}
}

// cancel passes on that a client gives up what its transaction is at.
func (p *Pooler) cancel(request *pgproto3.CancelRequest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	client := p.clients[request.ProcessID-1<<31]
	if client == nil || client.session == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", client.session.server)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	encoded, err := (&pgproto3.CancelRequest{ProcessID: client.session.key.ProcessID, SecretKey: client.session.key.SecretKey}).Encode(nil)
	if err == nil {
		_, _ = conn.Write(encoded)
	}
}
