package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"gatehouse/runtime/database"
)

// LockHost makes this process the one host of the database file at path, by
// an operating system lock on the file path+".lock". The lock ends with the
// process, however that ends, or when release is called. A second host gets an
// error of Kind Unavailable. Commands that work on the file beside a running
// host do not take it.
func LockHost(path string) (release func(), err error) {
	path, err = prepareDirectory(path)
	if err != nil {
		return nil, err
	}
	lockPath := path + ".lock"
	file, err := os.OpenFile(lockPath, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &database.Error{
			Kind:   database.Unavailable,
			Reason: fmt.Sprintf("the lock file %s cannot be opened (%v): give this program the right to write there", lockPath, cause(err)),
			Err:    err,
		}
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		reason := fmt.Sprintf("the lock file %s cannot be locked (%v): keep the database on a local file system", lockPath, err)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			reason = fmt.Sprintf("another host already serves the database %s: stop it, choose another data directory, or let several hosts share PostgreSQL", path)
		}
		return nil, &database.Error{Kind: database.Unavailable, Reason: reason, Err: err}
	}
	// The file stays: if it were removed, a host that has just opened it
	// would lock a file that the next one does not see.
	return sync.OnceFunc(func() { _ = file.Close() }), nil
}

// prepareDirectory returns the absolute path of a database file, having made
// its directory.
func prepareDirectory(path string) (string, error) {
	if path == "" {
		return "", &database.Error{Kind: database.Internal, Reason: "the path of the database file is empty"}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", &database.Error{
			Kind:   database.Unavailable,
			Reason: "the working directory cannot be found: give the path of the database file in full",
			Err:    err,
		}
	}
	directory := filepath.Dir(absolute)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", &database.Error{
			Kind:   database.Unavailable,
			Reason: fmt.Sprintf("the directory %s cannot be made (%v): make it, or give this program the right to", directory, cause(err)),
			Err:    err,
		}
	}
	return absolute, nil
}

// cause returns the reason inside an error of the file system, without the
// path, which the text around it has already.
func cause(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
