package secret_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/secret"
)

func TestParseKeys(t *testing.T) {
	a, b := secret.NewKey(), secret.NewKey()
	keys, err := secret.ParseKeys("# of 2026\n" + a.Text() + "\n\n  " + b.Text() + "  \r\n#\n")
	if err != nil || len(keys) != 2 || !keys[0].Equal(a) || !keys[1].Equal(b) {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for name, text := range map[string]string{
		"empty": "", "comments": "# none\n", "garbage between": a.Text() + "\nhunter2\n" + b.Text(), "two on a line": a.Text() + " " + b.Text(),
	} {
		if _, err := secret.ParseKeys(text); !errors.Is(err, secret.ErrKey) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := secret.ParseKeys(a.Text() + "\n" + b.Text() + "\n" + a.Text()); err == nil || !strings.Contains(err.Error(), a.ID()) {
		t.Errorf("the same key twice: %v", err)
	}
}

func TestKeyID(t *testing.T) {
	key := secret.NewKey()
	if id := key.ID(); len(id) != 12 || id != key.ID() || id == secret.NewKey().ID() || strings.Contains(key.Text(), id) {
		t.Errorf("ID %q", id)
	}
	other := key.For("a purpose")
	if other.Equal(key) || other.Equal(key.For("another")) || !other.Equal(key.For("a purpose")) {
		t.Error("a key for a purpose is not one of its own")
	}
	ring := secret.NewKeyring(key)
	if _, err := ring.Decrypt(ring.For("a purpose").Encrypt([]byte("x"))); !errors.Is(err, secret.ErrToken) {
		t.Errorf("what was encrypted for a purpose decrypts without it: %v", err)
	}
}

// keyFile makes a key file and returns its keyring.
func keyFile(t *testing.T, keys ...secret.Key) (string, *secret.Keyring) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret.key")
	text := "# a comment that stays\n"
	for _, key := range keys {
		text += key.Text() + "\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := secret.FindKeys(path, "")
	if err != nil {
		t.Fatal(err)
	}
	return path, ring
}

func ids(keys []secret.Key) string {
	var all []string
	for _, key := range keys {
		all = append(all, key.ID())
	}
	return strings.Join(all, " ")
}

func TestEditKeyFile(t *testing.T) {
	a, b, c := secret.NewKey(), secret.NewKey(), secret.NewKey()
	path, _ := keyFile(t, a)
	expect := func(err error, keys ...secret.Key) {
		t.Helper()
		got, loadErr := secret.LoadKeys(path)
		if err != nil || loadErr != nil || ids(got) != ids(keys) {
			t.Fatalf("%v, %v: keys %s, want %s", err, loadErr, ids(got), ids(keys))
		}
	}
	expect(secret.AddKey(path, b, false), b, a)
	expect(secret.AddKey(path, c, true), b, a, c)
	expect(secret.PromoteKey(path, c.ID()), c, b, a)
	expect(secret.PromoteKey(path, c.ID()), c, b, a)
	expect(secret.RemoveKey(path, b.ID()), c, a)
	for _, err := range []error{secret.PromoteKey(path, b.ID()), secret.RemoveKey(path, b.ID())} {
		if !errors.Is(err, secret.ErrNoSuchKey) {
			t.Error(err)
		}
	}
	if err := secret.AddKey(path, a, true); err == nil {
		t.Error("a key was added twice")
	}
	expect(secret.RemoveKey(path, c.ID()), a)
	if err := secret.RemoveKey(path, a.ID()); err == nil {
		t.Error("the last key was removed")
	}
	expect(nil, a)

	content, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(content), "# a comment that stays\n") {
		t.Errorf("the comment is gone: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files left: %v, %v", entries, err)
	}

	// Through a symbolic link, which stays one.
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	expect(secret.AddKey(link, b, false), b, a)
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := secret.AddKey(path, c, false); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that others may read: %v", err)
	}
}

// TestKeyringFollowsItsFile meets a token of a key that was added a moment ago.
func TestKeyringFollowsItsFile(t *testing.T) {
	older, newer := secret.NewKey(), secret.NewKey()
	path, ring := keyFile(t, older)
	token := secret.NewKeyring(newer).Encrypt([]byte("text"))
	if _, err := ring.Decrypt(token); !errors.Is(err, secret.ErrToken) {
		t.Fatal(err)
	}
	frozen := ring.Frozen()
	if err := secret.AddKey(path, newer, false); err != nil {
		t.Fatal(err)
	}
	if clear, err := ring.Decrypt(token); err != nil || string(clear) != "text" {
		t.Errorf("%q, %v", clear, err)
	}
	if !ring.Newest().Equal(newer) || !frozen.Newest().Equal(older) {
		t.Error("the newest key does not encrypt, or a frozen keyring follows")
	}
	if _, ok := ring.ByID(older.ID()); !ok {
		t.Error("the older key is gone")
	}

	// What is no key file any more changes nothing.
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	stranger := secret.NewKeyring(secret.NewKey()).Encrypt([]byte("x"))
	if _, err := ring.Decrypt(stranger); !errors.Is(err, secret.ErrToken) {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Decrypt(stranger); !errors.Is(err, secret.ErrToken) {
		t.Error(err)
	}
	if clear, err := ring.Decrypt(token); err != nil || string(clear) != "text" {
		t.Errorf("without its file: %q, %v", clear, err)
	}
}

// TestKeysAddedAtOnce has many add keys while others decrypt with all of them.
func TestKeysAddedAtOnce(t *testing.T) {
	path, ring := keyFile(t, secret.NewKey())
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			key := secret.NewKey()
			if err := secret.AddKey(path, key, false); err != nil {
				t.Error(err)
			}
			if clear, err := ring.Decrypt(secret.NewKeyring(key).Encrypt([]byte("x"))); err != nil || string(clear) != "x" {
				t.Errorf("%q, %v", clear, err)
			}
		})
	}
	all.Wait()
	if keys, err := secret.LoadKeys(path); err != nil || len(keys) != 17 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

func TestOpenStoredTellsTheKey(t *testing.T) {
	older, newer := secret.NewKey(), secret.NewKey()
	ring := secret.NewKeyring(newer, older)
	stored, err := ring.OpenStored(secret.NewKeyring(older).Encrypt([]byte("x")))
	if err != nil || stored.Clear != "x" || !stored.Encrypted || !stored.By.Equal(older) {
		t.Errorf("%+v, %v", stored, err)
	}
	if stored, err = ring.OpenStored("clear"); err != nil || stored.Clear != "clear" || stored.Encrypted {
		t.Errorf("%+v, %v", stored, err)
	}
}

func FuzzParseKeys(f *testing.F) {
	f.Add(specKey + "\n# x\n" + specKey)
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := secret.ParseKeys(text)
		if (err == nil) == (len(keys) == 0) {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
	})
}
