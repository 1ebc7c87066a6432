package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/runtime/internal/files"
)

// KeyVariable is the environment variable that may hold the keys.
const KeyVariable = "GATEHOUSE_SECRET_KEY"

// maxKeyFile bounds what is read of a key file, in bytes.
const maxKeyFile = 64 << 10

// ParseKeys reads keys from their text, one a line, the newest first. Empty
// lines are left out, and so are those that begin with #. The error never
// repeats the text.
func ParseKeys(text string) ([]Key, error) {
	var keys []Key
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, err := ParseKey(line)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(keys, key.Equal) {
			return nil, fmt.Errorf("the key %s is there twice", key.ID())
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, ErrKey
	}
	return keys, nil
}

// FindKeys returns the keyring of an installation. A key file that the user
// names comes first and must be there, then the environment variable
// GATEHOUSE_SECRET_KEY, then the default file, which is made when missing. The
// keyring follows the file that it comes from.
func FindKeys(keyFile, defaultFile string) (*Keyring, error) {
	if keyFile != "" {
		return openKeyring(keyFile)
	}
	if text, ok := os.LookupEnv(KeyVariable); ok {
		keys, err := ParseKeys(text)
		if strings.TrimSpace(text) == "" { // so that nobody begins with another key where it should have been set
			return nil, fmt.Errorf("environment variable %s is empty: set it to the key, or take it away: %w", KeyVariable, ErrKey)
		}
		if err != nil {
			return nil, fmt.Errorf("environment variable %s: %w", KeyVariable, err)
		}
		return newKeyring(keys, nil), nil
	}
	if _, err := LoadOrCreateKeys(defaultFile); err != nil {
		return nil, err
	}
	return openKeyring(defaultFile)
}

func openKeyring(path string) (*Keyring, error) {
	keys, info, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	return newKeyring(keys, &followed{path: path, info: info}), nil
}

// LoadKeys reads a key file. It refuses a file that others than its owner may
// read or write. Its error matches fs.ErrNotExist where there is no file, and
// ErrKey where the file holds no key.
func LoadKeys(path string) ([]Key, error) {
	keys, _, err := readKeys(path)
	return keys, err
}

func readKeys(path string) ([]Key, fs.FileInfo, error) {
	text, info, err := readKeyFile(path)
	if err != nil {
		return nil, nil, err
	}
	keys, err := keysOf(path, text)
	return keys, info, err
}

// keysOf reads the keys in the text of a file.
func keysOf(path, text string) ([]Key, error) {
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("secret key file %s: %w", path, err)
	}
	return keys, nil
}

func readKeyFile(path string) (text string, info fs.FileInfo, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, &missingFile{path, err}
	}
	if err != nil {
		return "", nil, fmt.Errorf("secret key file: %w", err)
	}
	defer file.Close()
	info, err = file.Stat()
	if err != nil {
		return "", nil, fmt.Errorf("secret key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("secret key file %s: not a regular file", path)
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		return "", nil, fmt.Errorf("secret key file %s: its mode %04o lets other users at it; run: chmod 600 %s",
			path, info.Mode().Perm(), path)
	}
	content, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return "", nil, fmt.Errorf("secret key file: %w", err)
	}
	if len(content) > maxKeyFile {
		return "", nil, fmt.Errorf("secret key file %s: %w", path, ErrKey)
	}
	return string(content), info, nil
}

// missingFile is the error of a key file that is not there.
type missingFile struct {
	path string
	err  error
}

func (e *missingFile) Error() string {
	return "there is no secret key file " + e.path + ": give the path of the file that holds the installation's key"
}

func (e *missingFile) Unwrap() error { return e.err }

// LoadOrCreateKeys reads a key file as LoadKeys does. Where there is none it
// makes one with a new key and mode 0600, and its directory with mode 0700. Of
// processes that do so at once, all end with the same key.
func LoadOrCreateKeys(path string) ([]Key, error) {
	keys, err := LoadKeys(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := createKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create secret key file: %w", err)
	}
	return LoadKeys(path)
}

// createKey writes a new key beside path and links it there: the link fails
// where another process was first, and no reader ever sees half a file.
func createKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return files.Publish(path, NewKey().Text()+"\n", os.Link)
}

// AddKey adds a key to a key file: before all others, so that it encrypts from
// now on, or after them, so that it only decrypts. No reader ever sees half a
// file.
func AddKey(path string, key Key, last bool) error {
	return editKeyFile(path, func(lines []string) ([]string, error) {
		at := len(lines)
		for i, line := range lines {
			other, err := ParseKey(line)
			if err != nil {
				continue
			}
			if other.Equal(key) {
				return nil, fmt.Errorf("the key %s is there already", key.ID())
			}
			if !last {
				at = min(at, i)
			}
		}
		return slices.Insert(lines, at, key.Text()), nil
	})
}

// PromoteKey moves the key with an ID before all others in a key file.
func PromoteKey(path, id string) error {
	return editKeyFile(path, func(lines []string) ([]string, error) {
		at, first := findKey(lines, id)
		if at < 0 {
			return nil, fmt.Errorf("%w: %s", ErrNoSuchKey, id)
		}
		line := lines[at]
		return slices.Insert(slices.Delete(lines, at, at+1), first, line), nil
	})
}

// RemoveKey removes the key with an ID from a key file; the last one stays.
func RemoveKey(path, id string) error {
	return editKeyFile(path, func(lines []string) ([]string, error) {
		at, _ := findKey(lines, id)
		if at < 0 {
			return nil, fmt.Errorf("%w: %s", ErrNoSuchKey, id)
		}
		return slices.Delete(lines, at, at+1), nil
	})
}

// findKey returns the line of the key with an ID, or -1, and that of the first
// key.
func findKey(lines []string, id string) (at, first int) {
	at, first = -1, -1
	for i, line := range lines {
		key, err := ParseKey(line)
		if err != nil {
			continue
		}
		if first < 0 {
			first = i
		}
		if key.ID() == id {
			at = i
		}
	}
	return at, first
}

// editKeyFile changes the lines of a key file. Edits at once wait for one
// another.
func editKeyFile(path string, edit func(lines []string) ([]string, error)) error {
	target, err := filepath.EvalSymlinks(path) // which stays a link
	if errors.Is(err, fs.ErrNotExist) {
		return &missingFile{path, err}
	}
	if err != nil {
		return fmt.Errorf("secret key file: %w", err)
	}
	unlock, err := files.LockDirectory(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("secret key file %s: %w", path, err)
	}
	defer unlock()
	text, _, err := readKeyFile(target)
	if err != nil {
		return err
	}
	if _, err := keysOf(target, text); err != nil {
		return err
	}
	lines, err := edit(strings.Split(strings.TrimSuffix(text, "\n"), "\n"))
	if err != nil {
		return fmt.Errorf("secret key file %s: %w", path, err)
	}
	text = strings.Join(lines, "\n") + "\n"
	if _, err := ParseKeys(text); err != nil {
		return fmt.Errorf("secret key file %s: it would hold no key any more", path)
	}
	if err := files.Publish(target, text, os.Rename); err != nil {
		return fmt.Errorf("secret key file %s: %w", path, err)
	}
	return nil
}
