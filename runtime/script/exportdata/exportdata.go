// Package exportdata holds the types of the packages that scripts may import,
// so that scripts are type-checked where there is no Go toolchain, and the list
// of those packages.
//
// packages.gz is made by gen from the export data of the Go compiler, without
// positions and in a format that does not depend on the version of Go that
// builds the host.
package exportdata

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
)

//go:generate go run ./gen

// ServicePath and SSOPath are the packages of ours that scripts may import.
const (
	ServicePath = "gatehouse/runtime/service"
	SSOPath     = "gatehouse/runtime/sso"
)

type entry struct {
	path     string
	without  []string // names left out
	only     []string // if set: the names that there are
	prefixes bool     // a * at the end of a name in only stands for the rest
}

// Paths returns the packages that a script may import, sorted.
func Paths() []string {
	paths := make([]string, len(curated))
	for i, entry := range curated {
		paths[i] = entry.path
	}
	slices.Sort(paths)
	return paths
}

// Offers reports whether scripts may use a package-level name of a package.
func Offers(path, name string) bool {
	for _, entry := range curated {
		if entry.path == path {
			return entry.offers(name)
		}
	}
	return false
}

func (e entry) offers(name string) bool {
	if e.only == nil {
		return !slices.Contains(e.without, name)
	}
	return slices.ContainsFunc(e.only, func(offered string) bool {
		if prefix, ok := strings.CutSuffix(offered, "*"); ok && e.prefixes {
			return strings.HasPrefix(name, prefix)
		}
		return offered == name
	})
}

//go:embed packages.gz
var packed []byte

// Importer gives the types of the packages that scripts may import, each read
// once. It is safe for concurrent use.
type Importer struct {
	mu     sync.Mutex
	data   map[string][]byte // nil until the first import
	loaded map[string]*types.Package
	err    error
}

// NewImporter returns an importer. It reads nothing until it is asked.
func NewImporter() *Importer {
	return &Importer{loaded: map[string]*types.Package{}}
}

// Import returns the types of a package.
func (i *Importer) Import(path string) (*types.Package, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.data == nil && i.err == nil {
		i.data, i.err = Unpack(packed)
	}
	if i.err != nil {
		return nil, i.err
	}
	if loaded := i.loaded[path]; loaded != nil && loaded.Complete() {
		return loaded, nil
	}
	data, known := i.data[path]
	if !known {
		return nil, fmt.Errorf("package %s is not available to services", path)
	}
	return gcexportdata.Read(bytes.NewReader(data), token.NewFileSet(), i.loaded, path)
}

// Pack joins the export data of packages.
func Pack(packages map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(packages)) {
		if _, err := fmt.Fprintf(zip, "%s %d\n%s", path, len(packages[path]), packages[path]); err != nil {
			return nil, err
		}
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxPackage bounds the export data of one package, in bytes.
const maxPackage = 16 << 20

// Unpack is the reverse of Pack.
func Unpack(packed []byte) (map[string][]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("export data: %w", err)
	}
	in := bufio.NewReader(zip)
	packages := map[string][]byte{}
	for {
		var path string
		var size int
		if _, err := fmt.Fscanf(in, "%s %d\n", &path, &size); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("export data: %w", err)
		}
		if size < 0 || size > maxPackage {
			return nil, fmt.Errorf("export data of %s: %d bytes", path, size)
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(in, data); err != nil {
			return nil, fmt.Errorf("export data of %s: %w", path, err)
		}
		packages[path] = data
	}
}
