package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/secret"
)

// first returns the only key of a file.
func first(keys []secret.Key, err error) (secret.Key, error) {
	if err != nil {
		return secret.Key{}, err
	}
	if len(keys) != 1 {
		return secret.Key{}, fmt.Errorf("%d keys", len(keys))
	}
	return keys[0], nil
}

func newest(ring *secret.Keyring, err error) (secret.Key, error) {
	if err != nil {
		return secret.Key{}, err
	}
	return ring.Newest(), nil
}

func TestParseKey(t *testing.T) {
	key := secret.NewKey()
	again, err := secret.ParseKey(" " + key.Text() + "\n")
	if err != nil || !again.Equal(key) {
		t.Errorf("a key does not read back: %v", err)
	}
	if key.Equal(secret.NewKey()) {
		t.Error("two new keys are equal")
	}
	for name, text := range map[string]string{
		"empty":        "",
		"no padding":   specKey[:43],
		"short":        "c2hvcnQ=",
		"33 bytes":     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"not base64":   strings.Repeat("!", 44),
		"standard":     strings.Replace(specKey, "_", "/", 1),
		"line end":     specKey[:20] + "\n" + specKey[20:],
		"several keys": specKey + "\n" + specKey,
	} {
		_, err := secret.ParseKey(text)
		if !errors.Is(err, secret.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && len(text) > 10 && strings.Contains(err.Error(), text[:10]) {
			t.Errorf("%s: the error repeats the text", name)
		}
	}
}

func TestKeyNeverPrintsItself(t *testing.T) {
	key, err := secret.ParseKey(specKey)
	if err != nil {
		t.Fatal(err)
	}
	ring := secret.NewKeyring(key)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%o", "%p"} {
		fmt.Fprintf(&out, verb+"\n", key)
		fmt.Fprintf(&out, verb+"\n", struct{ Key secret.Key }{key})
		fmt.Fprintf(&out, verb+"\n", struct{ hidden secret.Key }{key})
		fmt.Fprintf(&out, verb+"\n", &key)
		fmt.Fprintf(&out, verb+"\n", *ring)
		fmt.Fprintf(&out, verb+"\n", ring)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "key", key, "pointer", &key)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("JSON", "key", key, "pointer", &key)
	if err := json.NewEncoder(&out).Encode(struct{ Key secret.Key }{key}); err != nil {
		t.Fatal(err)
	}
	printed := strings.ToLower(out.String())
	// Beginnings of the key in base64, hexadecimal, decimal and octal.
	for _, leak := range []string{"cw_0x", "73 0f f4", "730ff4", "115 15", "115, 15", "0x73", "163 17"} {
		if strings.Contains(printed, leak) {
			t.Errorf("output shows the key as %q:\n%s", leak, out.String())
		}
	}
}

func TestDerive(t *testing.T) {
	key := secret.NewKey()
	if a, b := key.Derive("a"), key.Derive("a"); len(a) != 32 || !bytes.Equal(a, b) {
		t.Error("one purpose does not give one result of 32 bytes")
	}
	if bytes.Equal(key.Derive("a"), key.Derive("b")) || bytes.Equal(key.Derive("a"), secret.NewKey().Derive("a")) {
		t.Error("another purpose or key gives the same result")
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	if _, err := first(secret.LoadKeys(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadKey of a missing file: %v", err)
	}
	made, err := first(secret.LoadOrCreateKeys(path))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("mode of %s is %04o, want %04o", filepath.Base(name), info.Mode().Perm(), want)
		}
	}
	again, err := first(secret.LoadOrCreateKeys(path))
	if err != nil || !again.Equal(made) {
		t.Errorf("the second start has another key: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("files left: %v, %v", entries, err)
	}
}

func TestKeyIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	keys := make([]secret.Key, 32)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := first(secret.LoadOrCreateKeys(path))
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	all.Wait()
	for _, key := range keys {
		if !key.Equal(keys[0]) {
			t.Fatal("starts at once end with different keys")
		}
	}
}

func TestKeyFilesThatAreRefused(t *testing.T) {
	directory := t.TempDir()
	write := func(name, content string, mode fs.FileMode) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, test := range map[string]struct{ path, want string }{
		"world-readable": {write("open", specKey, 0o644), "chmod 600"},
		"group-readable": {write("group", specKey, 0o640), "chmod 600"},
		"empty":          {write("empty", "", 0o600), "not a secret key"},
		"garbage":        {write("garbage", "hunter2 hunter2", 0o600), "not a secret key"},
		"huge":           {write("huge", strings.Repeat(specKey, 1000), 0o600), "not a secret key"},
		"directory":      {directory, "not a regular file"},
	} {
		for function, load := range map[string]func(string) ([]secret.Key, error){
			"LoadKeys": secret.LoadKeys, "LoadOrCreateKeys": secret.LoadOrCreateKeys,
		} {
			_, err := load(test.path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("%s, %s: %v", function, name, err)
			}
			if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), specKey)) {
				t.Errorf("%s, %s: the error repeats the content", function, name)
			}
		}
	}
}

func TestFindKey(t *testing.T) {
	directory := t.TempDir()
	named, fallback := filepath.Join(directory, "named"), filepath.Join(directory, "fallback")
	if _, err := newest(secret.FindKeys(named, fallback)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a named file that is missing: %v", err)
	}
	ofFile, err := first(secret.LoadOrCreateKeys(named))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(secret.KeyVariable, specKey)
	if got, err := newest(secret.FindKeys(named, fallback)); err != nil || !got.Equal(ofFile) {
		t.Errorf("a named file does not come first: %v", err)
	}
	if got, err := newest(secret.FindKeys("", fallback)); err != nil || got.Text() != specKey {
		t.Errorf("the variable does not come before the default file: %v", err)
	}
	if _, err := os.Stat(fallback); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the default file was made though the key came from elsewhere: %v", err)
	}
	for _, text := range []string{"", "nonsense-nonsense"} {
		t.Setenv(secret.KeyVariable, text)
		_, err := newest(secret.FindKeys("", fallback))
		if !errors.Is(err, secret.ErrKey) || !strings.Contains(err.Error(), secret.KeyVariable) || strings.Contains(err.Error(), "nonsense") {
			t.Errorf("variable %q: %v", text, err)
		}
	}
	if err := os.Unsetenv(secret.KeyVariable); err != nil {
		t.Fatal(err)
	}
	made, err := newest(secret.FindKeys("", fallback))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := first(secret.LoadKeys(fallback)); err != nil || !got.Equal(made) {
		t.Errorf("the default file was not made: %v", err)
	}
}
