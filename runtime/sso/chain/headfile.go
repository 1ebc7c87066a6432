package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"gatehouse/runtime/internal/files"
)

// HeadFile is a Memory in a file. It may keep the heads of several databases,
// a line each: the head, a space, and the name of the database.
type HeadFile struct {
	Path     string
	Database string
}

// Recall implements Memory.
func (f *HeadFile) Recall() (string, error) {
	lines, err := f.lines()
	if err != nil {
		return "", err
	}
	for number, line := range lines {
		head, name, _ := strings.Cut(line, " ")
		if name != f.Database {
			continue
		}
		if _, _, err := ParseHead(head); err != nil {
			return "", fmt.Errorf("%s:%d: %w; remove the line if you do not know what became of it", f.Path, number+1, err)
		}
		return head, nil
	}
	return "", nil
}

// Keep implements Memory.
func (f *HeadFile) Keep(head string) error {
	lines, err := f.lines()
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, line := range lines {
		if _, name, _ := strings.Cut(line, " "); line != "" && name != f.Database {
			text.WriteString(line + "\n")
		}
	}
	if head != "" {
		text.WriteString(head + " " + f.Database + "\n")
	}
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
