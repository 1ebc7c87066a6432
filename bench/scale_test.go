package bench

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/store"
)

var (
	// scales are the numbers of users that BenchmarkScale compares.
	scales = flag.String("users", "100,1000", "numbers of users for BenchmarkScale, such as 1000,100000,1000000")

	// warm is how long a call is made before it is measured. A process of
	// PostgreSQL maps each page of its shared memory when it first touches it:
	// what has served for a while has mapped them all.
	warm = flag.Duration("warm", 0, "how long BenchmarkScale makes a call before it measures it")

	// sharedBuffers is the memory of a PostgreSQL that keeps many users.
	sharedBuffers = flag.String("shared-buffers", "2GB", "shared_buffers of PostgreSQL for BenchmarkScale")
)

// BenchmarkScale holds the calls of the SSO on many users against the same on
// few: what is found through an index should cost the same. Search for a part
// of a name is there for what a person waits.
func BenchmarkScale(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			var crowds []*crowd
			for _, text := range strings.Split(*scales, ",") {
				size, err := strconv.Atoi(text)
				if err != nil {
					b.Fatalf("-users: %v", err)
				}
				url := ""
				if engine.name == "PostgreSQL" {
					url = pgtest.New(b, pgtest.Config{Durable: true, Settings: map[string]string{"shared_buffers": *sharedBuffers}}).URL()
				}
				crowds = append(crowds, newCrowd(b, url, size))
			}
			few, many := crowds[0].name(), crowds[len(crowds)-1].name()
			for _, call := range crowdCalls {
				b.Run(call.name, func(b *testing.B) {
					var contestants []contestant
					for _, c := range crowds {
						for begun := time.Now(); time.Since(begun) < *warm; {
							if err := call.operation(c, b.Context()); err != nil {
								b.Fatal(err)
							}
						}
						contestants = append(contestants, contestant{c.name(), func(int) error { return call.operation(c, b.Context()) }})
					}
					compare(b, 1, contestants, ratio{few, many})
				})
			}
		})
	}
}

var crowdCalls = []struct {
	name      string
	operation func(c *crowd, ctx context.Context) error
}{
	{"update", func(c *crowd, ctx context.Context) error {
		return c.core.UpdateCurrentUser(ctx, c.call(c.anyUST()), sso.PatchFromMap(map[string]any{"middle_name": fmt.Sprint("M", rand.IntN(1e6))}))
	}},
	{"login", func(c *crowd, ctx context.Context) error { // without the hash
		call := c.call("")
		call.Trusted = true
		_, err := c.core.Login(ctx, call, sso.LoginRequest{Username: crowdUsername(rand.IntN(c.size))})
		return err
	}},
	{"verify", func(c *crowd, ctx context.Context) error {
		_, err := c.core.VerifySession(ctx, c.call(c.super), c.anyUST())
		return err
	}},
	{"search/username", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 1, map[string]any{"username": crowdUsername(rand.IntN(c.size))})
	}},
	{"search/email", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 1, map[string]any{"email": "admin@example.com"})
	}},
	{"search/display name", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 1, map[string]any{"display_name": displayName(rand.IntN(c.size))})
	}},
	{"search/middle name", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 0, map[string]any{"middle_name": "Nobody"})
	}},
	{"search/part of a rare name", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 1, map[string]any{"display_name": displayName(rand.IntN(c.size))[2:], "is_name_exact": false})
	}},
	{"search/part of a common name", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 0, map[string]any{"last_name": "mari", "is_name_exact": false})
	}},
	{"search/two letters", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 0, map[string]any{"last_name": "ma", "is_name_exact": false})
	}},
	{"search/everybody", func(c *crowd, ctx context.Context) error { return c.search(ctx, 1, map[string]any{}) }},
	{"search/approved", func(c *crowd, ctx context.Context) error {
		return c.search(ctx, 1, map[string]any{"approval_status": sso.ApprovalApproved})
	}},
}

// crowd is an SSO with many users.
type crowd struct {
	size   int
	core   *core.Core
	super  string   // UST of a super-user
	tokens []string // USTs of users, from all over the table
}

func (c *crowd) name() string   { return fmt.Sprintf("users=%d", c.size) }
func (c *crowd) anyUST() string { return c.tokens[rand.IntN(len(c.tokens))] }

func (*crowd) call(ust string) sso.Call {
	return sso.Call{CID: "bench", UST: ust, App: "CRM", RemoteAddr: "127.0.0.1"}
}

// search looks for users, of whom there must be so many at least.
func (c *crowd) search(ctx context.Context, atLeast int, criteria map[string]any) error {
	result, err := c.core.Search(ctx, c.call(c.super), sso.SearchFromMap(criteria))
	if err == nil && result.Total < atLeast {
		return fmt.Errorf("%v finds %d users", criteria, result.Total)
	}
	return err
}

func crowdUsername(i int) string { return fmt.Sprintf("user-%07d", i) }

// displayName is different for each user.
func displayName(i int) string {
	return fmt.Sprintf("%s %s %05x", spelled(i*7), spelled(i*31+5), uint32(i)*2654435761>>12)
}

// spelled makes a name of syllables out of a number.
func spelled(i int) string {
	syllables := []string{"ma", "ri", "an", "to", "ne", "lo", "ka", "su", "be", "dor", "vi", "jel", "ho", "sten", "ga", "ul"}
	n := len(syllables)
	return "S" + syllables[i%n] + syllables[i/n%n] + syllables[i/n/n%n]
}

// newCrowd makes a database with users on PostgreSQL, or on SQLite where url is
// empty.
func newCrowd(b *testing.B, url string, size int) *crowd {
	b.Helper()
	if url == "" {
		url = filepath.Join(b.TempDir(), "crowd.db")
	}
	db, err := open.Database(b.Context(), url, store.Statements(open.DialectOf(url)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if err := db.Migrate(b.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		b.Fatal(err)
	}
	c := &crowd{size: size}
	users := store.New(db)
	c.core, err = core.New(b.Context(), core.Options{Config: core.DefaultConfig(), Store: users,
		Keys: secret.NewKeyring(secret.NewKey()), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.core.Close(context.Background()) })
	trusted := c.call("")
	trusted.Trusted = true
	_, err = c.core.CreateUser(b.Context(), trusted, sso.NewUser{Username: "super", IsSuperUser: true, AutoApprove: true,
		DisplayName: sso.Some("Super"), Email: sso.Some("admin@example.com")})
	if err != nil {
		b.Fatal(err)
	}
	c.seed(b, users)
	settle(b, db, url)
	open := func(name string) string {
		info, err := c.core.Login(b.Context(), trusted, sso.LoginRequest{Username: name})
		if err != nil {
			b.Fatal(err)
		}
		return info.UST
	}
	c.super = open("super")
	for i := range min(size, 1000) {
		c.tokens = append(c.tokens, open(crowdUsername(i*(size/min(size, 1000)))))
	}
	return c
}

// settle has the database be as it is after it ran for a while: vacuumed and
// analyzed, and on PostgreSQL with its pages in memory.
func settle(b *testing.B, db database.DB, url string) {
	b.Helper()
	if db.Dialect() == database.SQLite {
		err := db.Change(b.Context(), nil, func() ([]database.Query, error) { return []database.Query{{SQL: "ANALYZE"}}, nil })
		if err != nil {
			b.Fatal(err)
		}
		return
	}
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, statement := range []string{
		"VACUUM ANALYZE",
		"CREATE EXTENSION pg_prewarm", // of postgresql-contrib, which Debian's server has
		`DO $$ BEGIN
			PERFORM pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace;
		END $$`,
		"CHECKPOINT",
	} {
		if _, err := conn.Exec(b.Context(), statement); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
}

// seed copies the super-user into users of their own names.
func (c *crowd) seed(b *testing.B, users *store.Store) {
	b.Helper()
	found, err := users.Read(b.Context(), store.Lookup{Username: "super"})
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	for done := 0; done < c.size; {
		changes := make([]store.Change, 0, 1000)
		for ; len(changes) < cap(changes) && done < c.size; done++ {
			user := *found.Target
			user.IsSuperUser = false
			user.UserID, user.Username, user.SignUpConfirmToken = ident.NewUserID(), crowdUsername(done), ident.NewSignupToken()
			display, first, last := displayName(done), spelled(done*7), spelled(done*31+5)
			digest := ident.NewSignupToken()
			user.DisplayName, user.FirstName, user.LastName, user.EmailDigest = &display, &first, &last, &digest
			changes = append(changes, store.InsertUser{User: &user})
		}
		if err := users.Write(b.Context(), changes...); err != nil {
			b.Fatal(err)
		}
		if done%100_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d users after %v\n", done, c.size, time.Since(begun).Round(time.Second))
		}
	}
}
