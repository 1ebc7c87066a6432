package script

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/runtime/script/compile"
)

// content is what a directory held when it was read.
type content struct {
	path  string // absolute, without symbolic links
	shown string // as it is shown to users
	files []compile.File
	fault []Diagnostic // what could not be read

	unreadable bool // what is below it is not known
}

// hash tells contents apart.
func (c *content) hash() [sha256.Size]byte {
	sum := sha256.New()
	for _, file := range c.files {
		fmt.Fprintf(sum, "%d %s %d ", len(file.Name), file.Name, len(file.Source))
		sum.Write(file.Source)
	}
	for _, fault := range c.fault {
		fmt.Fprintln(sum, fault)
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

// scan reads the services directories. Of directories that are named twice,
// one inside another, each is read once. Symbolic links to files are followed,
// those to directories are not, except for the services directories
// themselves: so there are no circles. A directory is one whatever its name,
// x.go too.
func scan(roots []string) []*content {
	s := scanner{seen: map[string]bool{}}
	for _, root := range roots {
		absolute, err := filepath.Abs(root)
		path := absolute
		if err == nil {
			path, err = filepath.EvalSymlinks(absolute)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			s.found = append(s.found, &content{path: absolute, shown: root, fault: []Diagnostic{unreadable(root, err)}, unreadable: true})
		default:
			s.read(path, filepath.Clean(root))
		}
	}
	return s.found
}

// isBelow reports whether a path is inside a directory.
func isBelow(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

type scanner struct {
	seen  map[string]bool
	found []*content
}

func (s *scanner) read(path, shown string) {
	if s.seen[path] {
		return
	}
	s.seen[path] = true
	c := &content{path: path, shown: shown}
	entries, err := os.ReadDir(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.fault, c.unreadable = append(c.fault, unreadable(shown, err)), true
			s.found = append(s.found, c)
		}
		return
	}
	s.found = append(s.found, c)
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
			continue
		}
		if entry.IsDir() {
			if name != "testdata" && name != "vendor" {
				s.read(filepath.Join(path, name), filepath.Join(shown, name))
			}
			continue
		}
		if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file := compile.File{Name: filepath.Join(shown, name)}
		file.Source, err = readFile(filepath.Join(path, name))
		switch {
		case errors.Is(err, fs.ErrNotExist) && !errors.As(err, new(*linkError)): // removed meanwhile
		case err != nil:
			c.fault = append(c.fault, unreadable(file.Name, err))
		default:
			c.files = append(c.files, file)
		}
	}
}

// linkError tells that a symbolic link leads to nothing. It matches
// fs.ErrNotExist.
type linkError struct{ target string }

func (e *linkError) Error() string {
	return fmt.Sprintf("it is a symbolic link to %s, which does not exist", e.target)
}

func (e *linkError) Unwrap() error { return fs.ErrNotExist }

// readFile reads a regular file; a pipe would keep the reader for ever.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if target, notLink := os.Readlink(path); notLink == nil {
			return nil, &linkError{target}
		}
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	if info.Size() > compile.MaxFileSize {
		return nil, fmt.Errorf("it has %d bytes; a source file may have %d", info.Size(), compile.MaxFileSize)
	}
	return os.ReadFile(path)
}

func unreadable(name string, err error) Diagnostic {
	var fault *fs.PathError
	if errors.As(err, &fault) {
		err = fault.Err
	}
	return Diagnostic{File: name, Message: "cannot be read: " + err.Error()}
}
