package sqlite_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/sqlite"
)

var notes = []database.Migration{{
	Version: 1, Name: "notes",
	SQLite: "CREATE TABLE note (id integer PRIMARY KEY, text varchar(191) UNIQUE, moment timestamp)",
}}

func withNotes(t testing.TB, db database.DB) database.DB {
	t.Helper()
	if err := db.Migrate(t.Context(), "test", notes); err != nil {
		t.Fatal(err)
	}
	return db
}

func write(db database.DB, text any) error {
	return db.Change(context.Background(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: "INSERT INTO note (text, moment) VALUES ($1, $2)", Args: []any{text, time.Now()}}}, nil
	})
}

func countNotes(t testing.TB, db database.DB) (n int) {
	t.Helper()
	if err := db.Read(t.Context(), database.Query{
		SQL: "SELECT count(*) FROM note",
		Row: func(scan func(...any) error) error { return scan(&n) },
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b.db", "a?b=c.db", "a#b.db", "a%20b%zz.db", "ä ⛩.db", "a&mode=memory.db", ":memory:", "file:x.db", "'quoted\".db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dir of "+name, name)
			if err := write(withNotes(t, open(t, path)), "kept"); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
			if n := countNotes(t, open(t, path)); n != 1 {
				t.Errorf("%d notes after a second opening", n)
			}
		})
	}
}

func TestFilesArePrivate(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	directory := filepath.Join(t.TempDir(), "data", "inner")
	db := withNotes(t, open(t, filepath.Join(directory, "test.db")))
	if err := write(db, "a note"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{
		"": os.ModeDir | 0o700, "test.db": 0o600, "test.db-wal": 0o600, "test.db-shm": 0o600,
	} {
		info, err := os.Stat(filepath.Join(directory, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%q has mode %v, want %v", name, info.Mode(), want)
		}
	}
}

// TestTimesAreFixedWidthText reads what is stored as text.
func TestTimesAreFixedWidthText(t *testing.T) {
	db := withNotes(t, open(t, filepath.Join(t.TempDir(), "test.db")))
	moment := time.Date(2024, 1, 2, 22, 4, 5, 0, time.FixedZone("", -7*3600))
	var stored, kind string
	err := db.Change(t.Context(), []database.Query{
		{SQL: "INSERT INTO note (moment) VALUES ($1)", Args: []any{moment}},
		{SQL: "SELECT moment || '', typeof(moment) FROM note", Row: func(scan func(...any) error) error { return scan(&stored, &kind) }},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if stored != "2024-01-03 05:04:05.000000" || kind != "text" {
		t.Errorf("stored as %s %q", kind, stored)
	}
}

// TestFullDisk bounds the pages of the file; SQLite then behaves as with a
// disk that is full.
func TestFullDisk(t *testing.T) {
	db := withNotes(t, open(t, filepath.Join(t.TempDir(), "test.db")))
	if err := write(db, "before"); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		sql := map[bool]string{true: "PRAGMA max_page_count=1", false: "PRAGMA max_page_count=1000000"}[pages == 1]
		if err := db.Change(t.Context(), []database.Query{{SQL: sql, Row: func(func(...any) error) error { return nil }}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(1)
	large := strings.Repeat("x", 100_000)
	for range 3 {
		err := write(db, large)
		if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "full") {
			t.Fatalf("%v, want kind Unavailable and the reason", err)
		}
	}
	if n := countNotes(t, db); n != 1 {
		t.Errorf("%d notes while the disk is full, want 1", n)
	}
	limit(1_000_000)
	if err := write(db, large); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if n := countNotes(t, db); n != 2 {
		t.Errorf("%d notes, want 2", n)
	}
}

// TestFullDiskFailsTheWholeGroup has several changes wait, one of which does
// not fit: whoever is told of success finds the change, nobody else does.
func TestFullDiskFailsTheWholeGroup(t *testing.T) {
	db := withNotes(t, open(t, filepath.Join(t.TempDir(), "test.db")))
	if err := db.Change(t.Context(), []database.Query{{SQL: "PRAGMA max_page_count=12", Row: func(func(...any) error) error { return nil }}}, nil); err != nil {
		t.Fatal(err)
	}
	texts := []string{"a", "b", strings.Repeat("x", 100_000), "c", "d"}
	inside, goOn := make(chan struct{}), make(chan struct{})
	blocked := make(chan error)
	go func() {
		blocked <- db.Change(t.Context(), nil, func() ([]database.Query, error) {
			close(inside)
			<-goOn
			return nil, nil
		})
	}()
	<-inside
	results := make(chan error)
	for _, text := range texts {
		go func() { results <- write(db, text) }()
	}
	time.Sleep(50 * time.Millisecond) // for all of them to wait
	close(goOn)
	<-blocked
	succeeded := 0
	for range texts {
		if err := <-results; err == nil {
			succeeded++
		} else if !database.IsKind(err, database.Unavailable) {
			t.Errorf("%v, want kind Unavailable", err)
		}
	}
	if n := countNotes(t, db); n != succeeded {
		t.Errorf("%d notes, %d changes were told of success", n, succeeded)
	}
	if err := write(db, "afterwards"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is a text ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a text": path, "a directory": t.TempDir(), "below a file": filepath.Join(path, "x.db")} {
		_, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), filepath.Base(t.TempDir())[:1]) {
			t.Errorf("%s: %v, want kind Unavailable", name, err)
		}
	}
}

// TestReadOnly needs a user whom file modes bind: as root it runs itself again
// as another.
func TestReadOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		runUnprivileged(t)
		return
	}
	directory := t.TempDir()
	path := filepath.Join(directory, "test.db")
	db := withNotes(t, open(t, path))
	if err := write(db, "kept"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	refused := func(what, path string) {
		t.Helper()
		db, err := sqlite.Open(t.Context(), sqlite.Config{Path: path})
		if err == nil {
			_ = db.Close()
			t.Errorf("%s: opened", what)
			return
		}
		if !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "right") || !strings.Contains(err.Error(), directory) {
			t.Errorf("%s: %v, want kind Unavailable, the path and what to do", what, err)
		}
	}
	mode := func(path string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	mode(path, 0o400)
	refused("read-only file", path)
	mode(path, 0o600)
	mode(directory, 0o500)
	refused("read-only directory", path)
	refused("new file in a read-only directory", filepath.Join(directory, "new.db"))
	refused("new directory in a read-only directory", filepath.Join(directory, "new", "new.db"))
	if _, err := sqlite.LockHost(path); !database.IsKind(err, database.Unavailable) {
		t.Errorf("lock in a read-only directory: %v", err)
	}
	mode(directory, 0o700)
	if n := countNotes(t, open(t, path)); n != 1 {
		t.Errorf("%d notes with the rights back", n)
	}
}

func runUnprivileged(t *testing.T) {
	t.Helper()
	const nobody = 65534
	directory, err := os.MkdirTemp("", "gatehouse-unprivileged-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(directory) }()
	if err := os.Chown(directory, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	// The test binary lies where only root may look.
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(directory, "test.binary")
	if err := os.WriteFile(binary, content, 0o755); err != nil { //nolint:gosec // to be run by another user
		t.Fatal(err)
	}
	command := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Dir = directory
	command.Env = []string{"TMPDIR=" + directory}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Fatalf("as an unprivileged user: %v\n%s", err, output)
	}
}

func TestLockHost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new directory", "test.db")
	release, err := sqlite.LockHost(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.LockHost(path); !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "another host") {
		t.Errorf("a second host: %v", err)
	}
	if err := write(withNotes(t, open(t, path)), "by a command"); err != nil {
		t.Errorf("beside the host: %v", err)
	}
	release()
	release()
	again, err := sqlite.LockHost(path)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestLockedByAnotherProcess has a child hold the write lock: changes wait for
// it, but not for ever.
func TestLockedByAnotherProcess(t *testing.T) {
	const variable = "GATEHOUSE_TEST_HOLD_LOCK"
	if path := os.Getenv(variable); path != "" {
		holdLock(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, LockTimeout: 400 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	withNotes(t, db)
	patient, err := sqlite.Open(t.Context(), sqlite.Config{Path: path, LockTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = patient.Close() })

	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), variable+"="+path)
	input, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := write(db, "while it is locked"); !database.IsKind(err, database.Unavailable) || !strings.Contains(err.Error(), "locked by another process") {
			t.Errorf("%v, want kind Unavailable and the reason", err)
		}
	}
	if n := countNotes(t, db); n != 0 {
		t.Errorf("a reader sees %d notes", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = db.Change(ctx, nil, func() ([]database.Query, error) { return nil, errors.New("ran") })
	if !database.IsKind(err, database.Cancelled) {
		t.Errorf("a caller who leaves earlier: %v, want kind Cancelled", err)
	}
	waiting := make(chan error)
	go func() { waiting <- write(patient, "waited") }()
	time.Sleep(100 * time.Millisecond)
	_ = input.Close()
	if err := <-waiting; err != nil {
		t.Errorf("a change that waited: %v", err)
	}
	if err := child.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
	if n := countNotes(t, db); n != 2 {
		t.Errorf("%d notes, want the child's and the one that waited", n)
	}
}

// holdLock is the child: it keeps a change open until its input ends.
func holdLock(t *testing.T, path string) {
	db := open(t, path)
	err := db.Change(t.Context(), nil, func() ([]database.Query, error) {
		if _, err := os.Stdout.WriteString("x"); err != nil {
			return nil, err
		}
		_, _ = os.Stdin.Read(make([]byte, 1))
		return []database.Query{{SQL: "INSERT INTO note (text) VALUES ('of the child')"}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
