// Package files writes files that outlive a power cut.
package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Publish writes a file of mode 0600 beside path and has put bring it there in
// one step, with os.Rename in place of what is there, or with os.Link only
// where nothing is. No reader ever sees half of it.
func Publish(path, content string, put func(from, to string) error) (err error) {
	directory := filepath.Dir(path)
	file, err := os.CreateTemp(directory, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(file.Name()); !errors.Is(e, fs.ErrNotExist) { // after a rename it is gone
			err = errors.Join(err, e)
		}
	}()
	_, err = file.WriteString(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := put(file.Name(), path); err != nil {
		return err
	}
	return syncDirectory(directory)
}

// syncDirectory makes the new name survive a power cut.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
