//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/jackc/pgx/v5"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
)

// TestImportShowsItsProgressAtATerminal has both outputs at a terminal; the
// scripts of testdata see that nothing is shown elsewhere.
func TestImportShowsItsProgressAtATerminal(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "users.csv"), "username,password_hash\njane,$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe\nj j,x\n")
	cmd := exec.Command(programFile(t), "sso", "import", "users.csv")
	cmd.Dir, cmd.Env = dir, environment()
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	text, err := io.ReadAll(terminal)
	if err != nil && !errors.Is(err, syscall.EIO) { // which is how terminals end
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInvalid {
		t.Errorf("it ended with %v", err)
	}
	for _, shown := range []string{"[##############################] 100%  2 lines, ", "\r\x1b[KImported 1 user, refused 1 line", "users.csv:3: \"j j\": E001004"} {
		if !strings.Contains(string(text), shown) {
			t.Errorf("the terminal does not show %q:\n%q", shown, text)
		}
	}
}

// usersFile is a CSV file of so many users, from line 2 on.
func usersFile(users int) *strings.Builder {
	text := new(strings.Builder)
	text.WriteString("username,password_hash\n")
	for i := range users {
		fmt.Fprintf(text, "user%d,%s\n", i+2, bcryptOfA)
	}
	return text
}

const bcryptOfA = "$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"

// TestImportGoesOnAfterAFailure has the database refuse a user in the second
// batch: what is said is what is there, and the same command does the rest.
func TestImportGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	onEveryDatabase(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		command(t, dir, append([]string{"sso", "create-user", "user3", "--password", "User-secret-3"}, flags...)...)
		location := filepath.Join(dir, "data", "gatehouse.db")
		refuse := []string{`CREATE TRIGGER refuse BEFORE INSERT ON zato_sso_user WHEN NEW.username = 'user1700' BEGIN SELECT RAISE(ABORT, 'not now'); END`}
		accept := `DROP TRIGGER refuse`
		if flags != nil {
			location = flags[1]
			refuse = []string{`ALTER TABLE zato_sso_user ADD CONSTRAINT refuse CHECK (username <> 'user1700')`}
			accept = `ALTER TABLE zato_sso_user DROP CONSTRAINT refuse`
		}
		change(t, location, refuse...)
		text := usersFile(2500)
		text.WriteString("j j,x\nshort\nuser4,x\nuser2503,\n")
		write(t, filepath.Join(dir, "users.csv"), strings.Replace(text.String(), "user500,", "user500,,", 1))
		importing := func(args ...string) *process {
			return launch(t, dir, append(append([]string{"sso", "import", "users.csv"}, args...), flags...)...)
		}

		first := importing()
		if status := first.status(); status != 1 {
			t.Errorf("exit status %d, want 1", status)
		}
		if want := "Imported 998 users, refused 2 lines\nThere already: 1 of the refused; --skip-existing leaves them alone\nNot reached: 1504 lines from line 1002 on\n"; first.stdout.String() != want {
			t.Errorf("it says %q\nwant %q", first.stdout.String(), want)
		}
		if said := regexp.MustCompile(`\Ausers.csv:3: "user3": E001002: [^\n]*\nusers.csv:500: E008002: [^\n]*\ngatehouse: sso import: users.csv: .*database: .*: what was imported stays; run the command again with --skip-existing: it goes on with the rest\n\z`); !said.MatchString(first.stderr.String()) {
			t.Errorf("standard error: %s", first.stderr.String())
		}
		if n := users(t, location); n != 999 {
			t.Errorf("%d users are there, want 999", n)
		}

		// As long as it fails, it says so again, and nothing else happens.
		again := importing("--skip-existing", "--json")
		if status := again.status(); status != 1 || !strings.HasSuffix(again.stdout.String(), `{"created":0,"skipped":999,"refused":1,"existing":0,"without_password":0,"unreachable_by_mail":0,"uncertain":0,"not_reached":1504,"from_line":1002,"dry_run":false}`+"\n") {
			t.Errorf("again: %d %s", status, again.stdout.String())
		}
		change(t, location, accept)
		last := importing("--skip-existing")
		if status := last.status(); status != exitInvalid || !strings.HasPrefix(last.stdout.String(), "Imported 1501 users, skipped 999 there already, refused 4 lines\nWithout a password: 1 user, ") || strings.Contains(last.stdout.String(), "Not reached") {
			t.Errorf("the rest: %d %s", status, last.stdout.String())
		}
		if n := users(t, location); n != 2500 {
			t.Errorf("%d users are there, want 2500", n)
		}
	})
}

// TestImportHoldsFewLongRecords has the database refuse a user behind long
// records: those before have been imported by then.
func TestImportHoldsFewLongRecords(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command(t, dir, "sso", "create-user", "jane", "--password", "Jane-secret-1")
	change(t, filepath.Join(dir, "data", "gatehouse.db"),
		`CREATE TRIGGER refuse BEFORE INSERT ON zato_sso_user WHEN NEW.username = 'last' BEGIN SELECT RAISE(ABORT, 'not now'); END`)
	user := func(name string) string {
		return fmt.Sprintf("{\"username\":%q,\"password_hash\":%q}\n", name, bcryptOfA)
	}
	long := strings.Repeat(user(strings.Repeat("x", 1<<20)), 16)
	write(t, filepath.Join(dir, "users.json"), user("first")+long+user("last"))
	p := launch(t, dir, "sso", "import", "users.json")
	if status := p.status(); status != 1 || !strings.HasPrefix(p.stdout.String(), "Imported 1 user, refused ") || !strings.Contains(p.stdout.String(), "\nNot reached: ") {
		t.Errorf("exit status %d, standard output %q, standard error %.2000q", status, p.stdout.String(), p.stderr.String())
	}
}

func TestImportSumInWords(t *testing.T) {
	t.Parallel()
	none, one, many := 0, 1, 1200
	for want, sum := range map[string]importSum{
		"Imported 1 user":                                      {Created: 1, NotReached: &none},
		"Would import 0 users, refused 1 line":                 {Refused: 1, NotReached: &none, DryRun: true},
		"Imported 2 users\nNot reached: 1 line from line 4 on": {Created: 2, NotReached: &one, From: 4},
		"Imported 2 users, skipped 3 there already, refused 4 lines\nThere already: 2 of the refused; --skip-existing leaves them alone\nNot reached: the rest of the file": {
			Created: 2, Skipped: 3, Refused: 4, Existing: 2},
		"Imported 2 users\nNot certain: 1000 lines from line 4 on; either all of them were imported, or none\nNot reached: 1200 lines after these": {
			Created: 2, Uncertain: 1000, From: 4, NotReached: &many},
		"Imported 0 users\nNot certain: 1 line from line 2 on; either all of them were imported, or none": {Uncertain: 1, From: 2, NotReached: &none},
		"Imported 0 users\nNot certain: 2 lines from line 2 on; either all of them were imported, or none\nNot reached: the rest of the file after these": {
			Uncertain: 2, From: 2},
		"Imported 5 users\nNot reached: everything from line 7 on": {Created: 5, From: 7},
	} {
		if got := strings.Join(sum.lines(), "\n"); got != want {
			t.Errorf("%+v:\n%s\nwant\n%s", sum, got, want)
		}
	}
}

// change runs statements on a database behind the program's back.
func change(t *testing.T, location string, statements ...string) {
	t.Helper()
	withDatabase(t, location, func(db database.DB) error {
		var queries []database.Query
		for _, sql := range statements {
			queries = append(queries, database.Query{SQL: sql})
		}
		return db.Change(t.Context(), nil, func() ([]database.Query, error) { return queries, nil })
	})
}

// users counts those that are there.
func users(t *testing.T, location string) (n int) {
	t.Helper()
	withDatabase(t, location, func(db database.DB) error {
		return db.Read(t.Context(), database.Query{SQL: "SELECT count(*) FROM zato_sso_user", Row: func(scan func(...any) error) error { return scan(&n) }})
	})
	return n
}

func withDatabase(t *testing.T, location string, work func(db database.DB) error) {
	t.Helper()
	db, err := open.Database(t.Context(), location, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(work(db), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestImportWhileTheDatabaseGoesAway stops PostgreSQL between two batches.
func TestImportWhileTheDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	cluster := pgtest.New(t, pgtest.Config{Durable: true})
	dir := t.TempDir()
	importing := func(args ...string) *exec.Cmd {
		return exec.Command(programFile(t), append([]string{"sso", "import", "--format", "csv", "--database", cluster.URL()}, args...)...)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	cmd := importing("-")
	cmd.Stdin = reader
	p := launchAs(t, cmd, dir)
	_ = reader.Close()
	text := usersFile(2100).String()
	half := strings.Index(text, "user1501,")
	if _, err := writer.WriteString(text[:half]); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	p.await("the first batch", func() bool {
		n := 0
		return conn.QueryRow(t.Context(), "SELECT count(*) FROM zato_sso_user").Scan(&n) == nil && n == 1000
	})
	_ = conn.Close(t.Context())
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.WriteString(text[half:]); err != nil {
		t.Fatal(err)
	}
	if status := p.status(); status != 1 || p.stdout.String() != "Imported 1000 users\nNot reached: everything from line 1002 on\n" {
		t.Errorf("exit status %d, standard output %q", status, p.stdout.String())
	}
	if said := p.stderr.String(); !strings.Contains(said, "cannot be reached") || !strings.Contains(said, "what was imported stays; run the command again with --skip-existing") || strings.Contains(said, "nothing was changed") {
		t.Errorf("standard error %q", said)
	}
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	cmd = importing("-", "--skip-existing")
	cmd.Stdin = strings.NewReader(text)
	p = launchAs(t, cmd, dir)
	if status := p.status(); status != 0 || p.stdout.String() != "Imported 1100 users, skipped 1000 there already\n" {
		t.Errorf("the rest: exit status %d, standard output %q", status, p.stdout.String())
	}
}

// TestImportIsInterrupted reads a file that never ends.
func TestImportIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(programFile(t), "sso", "import", "-", "--format", "csv")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = reader
	p := launchAs(t, cmd, dir)
	_ = reader.Close()
	go func() {
		defer writer.Close()
		_, err := writer.WriteString("username,password_hash\n")
		for i := 0; err == nil; i++ {
			_, err = writer.WriteString("user" + strings.Repeat("x", i%100) + ",$2b$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe\n")
		}
	}()
	p.await("a line that is refused", func() bool { return strings.Contains(p.stderr.String(), "E001002") })
	p.signal(syscall.SIGTERM)
	<-p.exited
	if !strings.Contains(p.stderr.String(), "sso import: -: interrupted: what was imported stays; run the command again with --skip-existing: it goes on with the rest") || p.status() != 1 {
		t.Errorf("status %d:\n%.2000s", p.status(), p.stderr.String())
	}
	if said := p.stdout.String(); !strings.Contains(said, "Imported 100 users, refused ") || !regexp.MustCompile(`\nNot reached: (everything from line \d+ on|the rest of the file)\n`).MatchString(said) {
		t.Errorf("it says %q", p.stdout.String())
	}
}
