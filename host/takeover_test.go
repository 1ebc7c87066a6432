package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/sso/store"
)

// newZato returns the URL of a database that Zato made, a file with its key
// and the UST of its super-user.
func newZato(t *testing.T) (url, keyFile, ust string) {
	t.Helper()
	script, err := os.ReadFile("../runtime/sso/store/testdata/zato_odb.sql")
	if err != nil {
		t.Fatal(err)
	}
	facts, err := os.ReadFile("../runtime/sso/store/testdata/zato_odb.json")
	if err != nil {
		t.Fatal(err)
	}
	var zato struct {
		Key   string `json:"fernet_key"`
		Users struct {
			SuperUser struct{ UST string } `json:"super_user"`
		}
	}
	if err := json.Unmarshal(facts, &zato); err != nil {
		t.Fatal(err)
	}
	keyFile = filepath.Join(t.TempDir(), "zato.key")
	if err := os.WriteFile(keyFile, []byte(zato.Key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url = pgtest.URL(t)
	execute(t, url, string(script))
	return url, keyFile, zato.Users.SuperUser.UST
}

// execute runs a script, as psql does.
func execute(t *testing.T, url, script string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.PgConn().Exec(t.Context(), script).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// snapshot returns the whole of a database: its catalog, with the transactions
// that last wrote to it, sequences and all rows.
func snapshot(t *testing.T, url string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var all strings.Builder
	text := func(sql string) []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return lines
	}
	for _, catalog := range []string{"pg_namespace", "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_proc", "pg_trigger", "pg_sequence"} {
		columns := "c::text"
		if catalog == "pg_class" || catalog == "pg_index" { // other columns of these are statistics
			columns = "c.xmin::text || ' ' || c.ctid::text"
		}
		all.WriteString(catalog + ": " + strings.Join(text("SELECT "+columns+" FROM "+catalog+" c ORDER BY 1"), "\n") + "\n")
	}
	for _, of := range [][2]string{{"r", "r::text"}, {"S", "last_value::text || is_called"}} {
		for _, relation := range text("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = '" + of[0] + "' ORDER BY 1") {
			all.WriteString(relation + ": " + strings.Join(text("SELECT "+of[1]+" FROM "+relation+" r ORDER BY 1"), "\n") + "\n")
		}
	}
	if all.Len() < 10_000 {
		t.Fatalf("the snapshot has only %d characters", all.Len())
	}
	return all.String()
}

// gatehouse runs the program and returns its exit status.
func gatehouse(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

func TestTakeOver(t *testing.T) {
	url, keyFile, _ := newZato(t)
	execute(t, url, "UPDATE zato_sso_attr SET value = '{' WHERE id = 3; SELECT setval('zato_sso_user_id_seq', 1); SELECT setval('zato_sso_sid_seq', 1, false)")
	data := filepath.Join(t.TempDir(), "data")
	flags := []string{"--database", url, "--key-file", keyFile, "--data", data}
	before := snapshot(t, url)

	// A dry run, and whatever is refused, writes nothing.
	status, stdout, stderr := gatehouse(t, append([]string{"take-over", "--dry-run"}, flags...)...)
	if status != 0 || stderr != "" {
		t.Fatalf("dry run: %d\n%s", status, stderr)
	}
	for _, said := range []string{
		"Users 3 (super-users 1), sessions 4 (live 4), attributes 8, links 0, password resets 1\nWould add:\n",
		"\n  table     gatehouse_audit\n", "\n  table     gatehouse_migration\n", "\n  column    zato_sso_user.gatehouse_email_digest\n",
		"\n  default   zato_sso_session.id\n", "\n  index     zato_sso_attr.gatehouse_sso_attr_ust\n", "\n  extension pg_trgm\nWould complete search columns of ",
		"\nWould raise sequences that are behind their tables: zato_sso_user_id_seq, zato_sso_sid_seq\n",
		"\nCannot be read, and stops nothing else:\n  zato_sso_attr, id 3, value: holds no JSON\n",
	} {
		if !strings.Contains(stdout, said) {
			t.Errorf("the dry run does not say %q:\n%s", said, stdout)
		}
	}
	otherKey := filepath.Join(t.TempDir(), "other.key")
	write(t, otherKey, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=")
	if err := os.Chmod(otherKey, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, args := range map[string][]string{
		"take-over": {"take-over"}, "a dry run": {"take-over", "--dry-run"}, "serve": {"serve", "--listen", "127.0.0.1:0"}, "login": {"sso", "login", "fixture.admin1"},
	} {
		status, stdout, stderr := gatehouse(t, append(args, "--database", url, "--key-file", otherKey, "--data", data)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, "give the key of the Zato installation with --key-file FILE") {
			t.Errorf("%s with another key: %d, %s%s", what, status, stdout, stderr)
		}
	}
	status, _, stderr = gatehouse(t, "take-over", "--database", url, "--data", filepath.Join(data, "none"))
	if status != 1 || !strings.Contains(stderr, "the secret key of the database is needed") {
		t.Errorf("without a key: %d, %s", status, stderr)
	}
	if _, err := os.Stat(filepath.Join(data, "none")); err == nil {
		t.Error("a key was made for a database that has one")
	}
	if after := snapshot(t, url); after != before {
		t.Fatal("something was written")
	}

	// One that was interrupted after its first migration goes on.
	db, err := open.Database(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context(), store.MigrationOwner, store.Migrations()[:1]); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr = gatehouse(t, append([]string{"take-over", "--json"}, flags...)...)
	var outcome struct {
		Users      int
		Additions  []struct{ Kind, Table, Name string }
		Unreadable []struct {
			Table, Column, Problem string
			Row                    int
		}
		DryRun bool `json:"dry_run"`
	}
	if err := json.Unmarshal([]byte(stdout), &outcome); status != 0 || err != nil || outcome.Users != 3 || outcome.DryRun ||
		len(outcome.Additions) == 0 || len(outcome.Unreadable) != 1 || outcome.Unreadable[0].Row != 3 {
		t.Fatalf("take-over: %d, %v\n%s%s", status, err, stdout, stderr)
	}
	for _, addition := range outcome.Additions {
		if addition.Name == "gatehouse_audit" {
			t.Error("what was there from before the interruption is added again")
		}
	}
	status, stdout, stderr = gatehouse(t, append([]string{"take-over"}, flags...)...)
	if status != 0 || !strings.HasSuffix(stdout, "\nEverything is there already\n") || strings.Contains(stdout, "dded") {
		t.Errorf("once more: %d\n%s%s", status, stdout, stderr)
	}
	if status, _, stderr := gatehouse(t, append([]string{"sso", "create-user", "jane", "--password", "Jane-secret-1"}, flags...)...); status != 0 {
		t.Errorf("a new user beside Zato's: %d, %s", status, stderr)
	}
	if status, _, stderr := gatehouse(t, "take-over", "--dry-run", "--database", url, "--key-file", otherKey); status != 1 || !strings.Contains(stderr, "another secret key") {
		t.Errorf("another key for what is taken over: %d, %s", status, stderr)
	}
}

func TestTakeOverOfNothing(t *testing.T) {
	_, keyFile, _ := newZato(t)
	empty := pgtest.URL(t)
	status, _, stderr := gatehouse(t, "take-over", "--database", empty, "--key-file", keyFile)
	if status != 1 || !strings.Contains(stderr, "there is nothing to take over") {
		t.Errorf("an empty database: %d, %s", status, stderr)
	}
	status, _, stderr = gatehouse(t, "take-over", "--key-file", keyFile, "--data", t.TempDir())
	if status != 1 || !strings.Contains(stderr, "give the PostgreSQL database with --database URL") {
		t.Errorf("SQLite: %d, %s", status, stderr)
	}
}

// TestServeTakesOver starts a host on a database of Zato's, and uses over REST
// a session that was opened there.
func TestServeTakesOver(t *testing.T) {
	url, keyFile, ust := newZato(t)
	execute(t, url, "UPDATE zato_sso_attr SET value = '{' WHERE id = 3")
	host := serve(t, t.TempDir(), "--database", url, "--key-file", keyFile)
	said := host.stderr.String()
	for _, want := range []string{"taking over the database of a Zato SSO", "users=3 sessions=4 attributes=8 links=0 password_resets=1 unreadable=1",
		`table=zato_sso_attr id=3 column=value problem="holds no JSON"`} {
		if !strings.Contains(said, want) {
			t.Errorf("the log does not have %q", want)
		}
	}
	status, body := host.send("GET", "/zato/sso/user", `{"current_app": "CRM", "ust": "`+ust+`"}`)
	if status != 200 || !strings.Contains(body, `"username":"fixture.admin1"`) {
		t.Errorf("the old session: %d, %s", status, body)
	}
	host.stop()
	again := serve(t, t.TempDir(), "--database", url, "--key-file", keyFile)
	if strings.Contains(again.stderr.String(), "taking over") {
		t.Error("the second start takes over once more")
	}
}
