package bench

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/sso"
)

// restCalls are the calls of BenchmarkREST. The body is the client's; bare does
// the same SQL.
var restCalls = []struct {
	name, method, path string
	body               func(ust, super string) map[string]any
	bare               func(site bareSite, in bareInput) (map[string]any, error)
}{
	{"get user", http.MethodGet, "/zato/sso/user",
		func(ust, _ string) map[string]any { return map[string]any{"ust": ust} },
		bareSite.user},
	{"update user", http.MethodPatch, "/zato/sso/user",
		func(ust, _ string) map[string]any {
			return map[string]any{"ust": ust, "email": "myuser@example.com", "display_name": "New Display Name"}
		},
		bareSite.update},
	{"verify session", http.MethodPost, "/zato/sso/user/session",
		func(ust, super string) map[string]any { return map[string]any{"current_ust": super, "target_ust": ust} },
		bareSite.verify},
}

// bareInput has the USTs as the database has them.
type bareInput struct {
	UST        string `json:"ust"`
	CurrentUST string `json:"current_ust"`
	TargetUST  string `json:"target_ust"`
}

// bareSite is what a handler of net/http needs of a database.
type bareSite interface {
	user(in bareInput) (map[string]any, error)
	update(in bareInput) (map[string]any, error)
	verify(in bareInput) (map[string]any, error)
}

// BenchmarkREST holds calls over REST against a bare handler of net/http that
// decodes the same JSON, runs the same statements in as many round trips (the
// audit of reads in batches, as the product does), and answers with JSON:
// without checks, encryption, log or seals.
func BenchmarkREST(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			h := startHost(b, engine.url(b), io.Discard)
			const most = 64
			tokens := h.users(b, most)
			super := h.superUser(b)
			site, usts, superUST := newBareSite(b, engine.name, engine.url(b), most)
			for _, call := range restCalls {
				address := serveBare(b, call.path, func(in bareInput) (map[string]any, error) { return call.bare(site, in) })
				for _, clients := range []int{1, 8, most} {
					b.Run(fmt.Sprintf("%s/clients=%d", call.name, clients), func(b *testing.B) {
						over := func(name, address, super string, tokens []string) contestant {
							connections, wires := make([]*client, clients), make([][]byte, clients)
							for i := range clients {
								connections[i] = (&host{address: address}).dial(b)
								wires[i] = restRequest(b, call.method, "http://"+address+call.path, call.body(tokens[i], super))
							}
							return contestant{name, func(i int) error {
								_, err := connections[i].do(wires[i])
								return err
							}}
						}
						compareSlices(b, clients, restSlice, restBetween, []contestant{
							over("gatehouse", h.address, super, tokens), over("bare", address, superUST, usts),
						}, ratio{"gatehouse", "bare"})
					})
				}
			}
		})
	}
}

// The audit of reads is written, and entries are sealed, in the background: the
// slices are long beside what is left of that at their ends.
const (
	restSlice   = 400 * time.Millisecond
	restBetween = 200 * time.Millisecond
)

const superUsername = "super"

// restRequest returns a request as it goes over the wire.
func restRequest(b *testing.B, method, url string, elements map[string]any) []byte {
	b.Helper()
	elements["current_app"] = "CRM"
	body, err := json.Marshal(elements)
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), method, url, strings.NewReader(string(body)))
	if err != nil {
		b.Fatal(err)
	}
	var wire strings.Builder
	if err := r.Write(&wire); err != nil {
		b.Fatal(err)
	}
	return []byte(wire.String())
}

// superUser creates a super-user and returns its UST.
func (h *host) superUser(b *testing.B) string {
	b.Helper()
	call := sso.Call{CID: "bench", App: "CRM", RemoteAddr: "127.0.0.1", Trusted: true}
	_, err := h.sso.SSO().CreateUser(b.Context(), call, sso.NewUser{
		Username: superUsername, Password: userPassword, AutoApprove: true, IsSuperUser: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	call.Trusted = false
	session, err := h.sso.SSO().Login(b.Context(), call, sso.LoginRequest{Username: superUsername, Password: userPassword})
	if err != nil {
		b.Fatal(err)
	}
	return session.UST
}

// serveBare serves one path and returns its address.
func serveBare(b *testing.B, path string, answer func(bareInput) (map[string]any, error)) string {
	b.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		var in bareInput
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := answer(in)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		out["cid"], out["status"], out["sub_status"] = invocation.NewCID(), "ok", []string{}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	b.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	return listener.Addr().String()
}

// newBareSite makes a database, which no host works on any more, and returns
// the USTs of its users and of the super-user as they are stored.
func newBareSite(b *testing.B, engine, url string, users int) (site bareSite, usts []string, super string) {
	b.Helper()
	h := startHost(b, url, io.Discard)
	h.users(b, users)
	h.superUser(b)
	h.stop()
	var ustOf func(username string) (string, error)
	if engine == "PostgreSQL" {
		site, ustOf = newPostgresSite(b, h)
	} else {
		site, ustOf = newSQLiteSite(b, h)
	}
	usts = make([]string, users)
	var err error
	for i := range usts {
		if usts[i], err = ustOf(username(i)); err != nil {
			b.Fatal(err)
		}
	}
	if super, err = ustOf(superUsername); err != nil {
		b.Fatal(err)
	}
	return site, usts, super
}

// userKeys are the elements of the answer to GET /user, by their columns.
var userKeys = map[string]int{
	"user_id": columnUserID, "username": 12, "email": columnEmail, "display_name": columnDisplayName,
	"first_name": 22, "middle_name": 23, "last_name": 24, "is_totp_enabled": 29, "totp_label": 31,
}

func userOf[T any](row []T) map[string]any {
	user := make(map[string]any, len(userKeys)+3)
	for key, column := range userKeys {
		user[key] = row[column]
	}
	return user
}

// readAudit collects the audit entries of reads and writes them in batches.
type readAudit struct{ entries chan any }

// The product writes the audit of reads when this many wait, or after this
// time.
const (
	auditBatch = 256
	flushEvery = 100 * time.Millisecond
)

// startReadAudit has write called with the user IDs of a batch.
func startReadAudit(b *testing.B, write func(userIDs []any) error) readAudit {
	b.Helper()
	a := readAudit{make(chan any, 4096)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var batch []any
		var due <-chan time.Time
		for open := true; open; {
			select {
			case id, ok := <-a.entries:
				if open = ok; ok {
					batch = append(batch, id)
				}
				if due == nil {
					due = time.After(flushEvery)
				}
				if open && len(batch) < auditBatch {
					continue
				}
			case <-due:
			}
			if err := write(batch); err != nil {
				b.Errorf("audit of reads: %v", err)
			}
			batch, due = batch[:0], nil
		}
	}()
	b.Cleanup(func() { close(a.entries); <-ended })
	return a
}

// postgresSite pipelines, as the product does.
type postgresSite struct {
	pool  *pgxpool.Pool
	sql   updateStatements
	audit readAudit
}

func newPostgresSite(b *testing.B, h *host) (*postgresSite, func(string) (string, error)) {
	b.Helper()
	pool, err := pgxpool.New(b.Context(), h.database)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	sql := newUpdateStatements(b, database.PostgreSQL)
	audit := startReadAudit(b, func(userIDs []any) error {
		batch := &pgx.Batch{}
		for _, id := range userIDs {
			batch.Queue(sql.audit, append([]any{now()}, auditEntry(id, anyText)...)...)
		}
		return pool.SendBatch(context.Background(), batch).Close()
	})
	return &postgresSite{pool, sql, audit}, func(username string) (ust string, err error) {
		err = pool.QueryRow(b.Context(), sqlSessionOf, username).Scan(&ust)
		return ust, err
	}
}

// load reads the users and sessions of USTs in one trip, and returns the first
// user.
func (s *postgresSite) load(usts ...string) ([]any, error) {
	batch := &pgx.Batch{}
	for _, ust := range usts {
		batch.Queue(s.sql.sessionWithOwner, ust)
	}
	results := s.pool.SendBatch(context.Background(), batch)
	var user []any
	for range usts {
		row, err := oneRow(results.Query())
		if err != nil {
			return nil, errors.Join(err, results.Close())
		}
		if user == nil {
			user = row
		}
	}
	s.audit.entries <- user[columnUserID]
	return user, results.Close()
}

func (s *postgresSite) user(in bareInput) (map[string]any, error) {
	row, err := s.load(in.UST)
	if err != nil {
		return nil, err
	}
	return userOf(row), nil
}

func (s *postgresSite) verify(in bareInput) (map[string]any, error) {
	_, err := s.load(in.CurrentUST, in.TargetUST)
	return map[string]any{"is_valid": true}, err
}

func (s *postgresSite) update(in bareInput) (map[string]any, error) {
	conn, err := s.pool.Acquire(context.Background())
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	return map[string]any{}, pipelinedUpdate(context.Background(), conn.Conn(), s.sql, in.UST)
}

// sqliteSite has one writer and as many readers as there are processors.
type sqliteSite struct {
	writer  *sqliteLoop
	readers chan *sqliteLoop
	audit   readAudit
}

func newSQLiteSite(b *testing.B, h *host) (*sqliteSite, func(string) (string, error)) {
	b.Helper()
	site := &sqliteSite{writer: openSQLite(b, h), readers: make(chan *sqliteLoop, runtime.GOMAXPROCS(0))}
	site.audit = startReadAudit(b, site.writer.writeAudit)
	for range cap(site.readers) {
		site.readers <- openSQLite(b, h)
	}
	return site, func(username string) (string, error) {
		row, err := site.writer.row(sqlSessionOf, username)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(row[0]), nil
	}
}

func (s *sqliteSite) load(usts ...string) (user []driver.Value, err error) {
	reader := <-s.readers
	defer func() { s.readers <- reader }()
	if len(usts) > 1 {
		if err := reader.exec("BEGIN"); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, reader.exec("COMMIT")) }()
	}
	for _, ust := range usts {
		row, err := reader.row(reader.sql.sessionWithOwner, ust)
		if err != nil {
			return nil, err
		}
		if user == nil {
			user = row
		}
	}
	s.audit.entries <- user[columnUserID]
	return user, nil
}

// writeAudit writes a batch of the audit of reads.
func (l *sqliteLoop) writeAudit(userIDs []any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, id := range userIDs {
		entry := append([]driver.Value{now().Format(sqliteTime)}, auditEntry[driver.Value](id, valueText)...)
		if err := l.exec(l.sql.audit, entry...); err != nil {
			return errors.Join(err, l.exec("ROLLBACK"))
		}
	}
	return l.exec("COMMIT")
}

func (s *sqliteSite) user(in bareInput) (map[string]any, error) {
	row, err := s.load(in.UST)
	if err != nil {
		return nil, err
	}
	return userOf(row), nil
}

func (s *sqliteSite) verify(in bareInput) (map[string]any, error) {
	_, err := s.load(in.CurrentUST, in.TargetUST)
	return map[string]any{"is_valid": true}, err
}

func (s *sqliteSite) update(in bareInput) (map[string]any, error) {
	return map[string]any{}, s.writer.update(in.UST)
}
