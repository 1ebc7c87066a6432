package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// KeyVariable is the environment variable that may hold the key.
const KeyVariable = "GATEHOUSE_SECRET_KEY"

// maxKeyFile bounds what is read of a key file, in bytes.
const maxKeyFile = 1024

// FindKey returns the key of an installation. A key file that the user names
// comes first and must be there, then the environment variable
// GATEHOUSE_SECRET_KEY, then the default file, which is made when missing.
func FindKey(keyFile, defaultFile string) (Key, error) {
	if keyFile != "" {
		return LoadKey(keyFile)
	}
	if text, ok := os.LookupEnv(KeyVariable); ok {
		key, err := ParseKey(text)
		if err != nil {
			return Key{}, fmt.Errorf("environment variable %s: %w", KeyVariable, err)
		}
		return key, nil
	}
	return LoadOrCreateKey(defaultFile)
}

// LoadKey reads a key file. It refuses a file that others than its owner may
// read or write. Its error matches fs.ErrNotExist where there is no file, and
// ErrKey where the file holds no key.
func LoadKey(path string) (Key, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("secret key file: %w: give the path of the file that holds the installation's key", err)
	}
	if err != nil {
		return Key{}, fmt.Errorf("secret key file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("secret key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("secret key file %s: not a regular file", path)
	}
	if others := info.Mode().Perm() & 0o077; others != 0 {
		return Key{}, fmt.Errorf("secret key file %s: its mode %04o lets other users at it; run: chmod 600 %s",
			path, info.Mode().Perm(), path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return Key{}, fmt.Errorf("secret key file: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return Key{}, fmt.Errorf("secret key file %s: %w", path, err)
	}
	return key, nil
}

// LoadOrCreateKey reads a key file as LoadKey does. Where there is none it
// makes one with a new key and mode 0600, and its directory with mode 0700. Of
// processes that do so at once, all end with the same key.
func LoadOrCreateKey(path string) (Key, error) {
	key, err := LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, fmt.Errorf("create secret key file: %w", err)
	}
	return LoadKey(path)
}

// createKey writes a new key beside path and links it there: the link fails
// where another process was first, and no reader ever sees half a file.
func createKey(path string) (err error) {
	directory := filepath.Dir(path)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(directory, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, os.Remove(file.Name()))
	}()
	_, err = file.WriteString(NewKey().Text() + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	return syncDirectory(directory)
}

// syncDirectory makes the new name survive a power cut: everything encrypted
// from now on is lost without it.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
