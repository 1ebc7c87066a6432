// Package files writes files that outlive a power cut.
package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Publish writes a file of mode 0600 beside path and has put bring it there in
// one step, with os.Rename in place of what is there, or with os.Link only
// where nothing is. No reader ever sees half of it. Written by root, the file
// belongs to whom the one before belonged to, or else the directory: a command
// of an administrator takes no file away from the host.
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
	if err == nil && os.Geteuid() == 0 {
		err = giveTo(file, path, directory)
	}
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := put(file.Name(), path); err != nil {
		return err
	}
	return syncDirectory(directory)
}

// giveTo gives a file to the owner of the first of some others that is there.
func giveTo(file *os.File, others ...string) error {
	for _, other := range others {
		info, err := os.Stat(other)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok {
			return file.Chown(int(owner.Uid), int(owner.Gid))
		}
	}
	return nil
}

// LockDirectory waits for whoever else changes files in a directory.
func LockDirectory(path string) (unlock func(), err error) {
	directory, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(directory.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, directory.Close())
	}
	return func() { _ = directory.Close() }, nil
}

// syncDirectory makes the new name survive a power cut.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
