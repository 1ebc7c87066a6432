// Command gen makes packages.gz of exportdata and the tables of symbols from
// the packages that scripts may import. Run it with go generate after a change
// of gatehouse/runtime/service, gatehouse/runtime/sso, the curated list or the
// Go version.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/tools/go/gcexportdata"

	"gatehouse/runtime/script/exportdata"
)

func main() {
	log.SetFlags(0)
	data := flag.String("exportdata", ".", "directory for packages.gz")
	symbols := flag.String("symbols", "../symbols", "directory for the tables of symbols")
	flag.Parse()
	if err := run(*data, *symbols); err != nil {
		log.Fatal(err)
	}
}

func run(dataDir, symbolsDir string) error {
	packages, err := load(exportdata.Paths())
	if err != nil {
		return err
	}
	packed := map[string][]byte{}
	for _, pkg := range packages {
		var out bytes.Buffer
		// An empty file set leaves the positions out: comments of a package
		// that grow do not change the data.
		if err := gcexportdata.Write(&out, token.NewFileSet(), pkg); err != nil {
			return fmt.Errorf("%s: %w", pkg.Path(), err)
		}
		packed[pkg.Path()] = out.Bytes()
	}
	data, err := exportdata.Pack(packed)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dataDir, "packages.gz"), data, 0o644); err != nil {
		return err
	}
	return writeSymbols(symbolsDir, packages)
}

// load reads the compiler's export data of packages.
func load(paths []string) ([]*types.Package, error) {
	args := append([]string{"list", "-export", "-deps", "-trimpath", "-json=ImportPath,Export"}, paths...)
	command := exec.CommandContext(context.Background(), "go", args...)
	command.Stderr = os.Stderr
	// The tables are those of one platform, whoever generates them.
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	listed, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	files := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(listed)); ; {
		var found struct{ ImportPath, Export string }
		if err := decoder.Decode(&found); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		files[found.ImportPath] = found.Export
	}
	loaded := map[string]*types.Package{}
	packages := make([]*types.Package, 0, len(paths))
	for _, path := range paths {
		pkg, err := read(files[path], path, loaded)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		packages = append(packages, pkg)
	}
	return packages, nil
}

func read(file, path string, loaded map[string]*types.Package) (*types.Package, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	archive, err := gcexportdata.NewReader(in) //nolint:staticcheck // files of the compiler are what there is to read, and only at generate time
	if err != nil {
		return nil, err
	}
	return gcexportdata.Read(archive, token.NewFileSet(), loaded, path)
}
