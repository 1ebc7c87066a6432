package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gatehouse/runtime/internal/files"
)

// HeadFile is a Memory in a file. It may keep the heads of several databases,
// a line each: the head or -, how often it was accepted, and the name of the
// database, with spaces between.
type HeadFile struct {
	Path     string
	Database string
}

const noHead = "-"

// Recall implements Memory.
func (f *HeadFile) Recall() (Kept, error) {
	lines, err := f.lines()
	if err != nil {
		return Kept{}, err
	}
	return f.find(lines)
}

// find reads what the lines say of the database.
func (f *HeadFile) find(lines []string) (_ Kept, err error) {
	for number, line := range lines {
		head, count, isOurs := f.parse(line)
		if !isOurs {
			continue
		}
		kept := Kept{Head: head}
		if head == noHead {
			kept.Head = ""
		} else if _, _, err = ParseHead(head); err != nil {
			return Kept{}, f.fault(number, err)
		}
		if kept.Accepted, err = strconv.ParseInt(count, 10, 64); err != nil {
			return Kept{}, f.fault(number, errors.New("want a number after the head"))
		}
		return kept, nil
	}
	return Kept{}, nil
}

// parse splits a line, and tells whether it is that of the database.
func (f *HeadFile) parse(line string) (head, count string, isOurs bool) {
	head, rest, _ := strings.Cut(line, " ")
	count, name, _ := strings.Cut(rest, " ")
	return head, count, name == f.Database
}

func (f *HeadFile) fault(number int, err error) error {
	return fmt.Errorf("%s:%d: %w; remove the line if you know what became of it", f.Path, number+1, err)
}

// Keep implements Memory.
func (f *HeadFile) Keep(kept Kept) error {
	unlock, err := files.LockDirectory(filepath.Dir(f.Path))
	if err != nil {
		return err
	}
	defer unlock()
	lines, err := f.lines()
	if err != nil {
		return err
	}
	before, err := f.find(lines)
	if err != nil {
		return err
	}
	if before.Accepted > kept.Accepted {
		return nil
	}
	var text strings.Builder
	for _, line := range lines {
		if _, _, isOurs := f.parse(line); line != "" && !isOurs {
			text.WriteString(line + "\n")
		}
	}
	head := kept.Head
	if head == "" {
		head = noHead
	}
	fmt.Fprintln(&text, head, kept.Accepted, f.Database)
	return files.Publish(f.Path, text.String(), os.Rename)
}

func (f *HeadFile) lines() ([]string, error) {
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}
