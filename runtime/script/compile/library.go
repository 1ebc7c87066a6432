package compile

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"

	"gatehouse/runtime/script/exportdata"
)

// The generic code of the standard library that scripts get, by import path
// below lib. The interpreter has no generic symbols: what a script uses of this
// is written out beside it.
//
//go:embed lib
var librarySources embed.FS

// library finds that code.
type library struct {
	importer *exportdata.Importer
	units    map[string]*unit // by import path
}

// member is a function or type of the library.
type member struct {
	unit   *unit
	object types.Object
}

// newLibrary reads the sources. They are ours, and tested: that they do not
// check is a panic.
func newLibrary(importer *exportdata.Importer) *library {
	l := &library{importer: importer, units: map[string]*unit{}}
	err := fs.WalkDir(librarySources, "lib", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(librarySources, name)
		if err != nil {
			return err
		}
		importPath := path.Dir(name)[len("lib/"):]
		l.units[importPath], err = l.read(text)
		return err
	})
	if err != nil {
		panic(err)
	}
	return l
}

// libraryFile marks positions in the library: the tracker passes them over, so
// that a panic is one of the statement that called it.
const libraryFile = "<library>"

func (l *library) read(text []byte) (*unit, error) {
	s := &source{fset: token.NewFileSet(), text: map[*ast.File][]byte{}}
	file, err := parser.ParseFile(s.fset, libraryFile, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s.files = []*ast.File{file}
	s.text[file] = text
	c := &Compiler{importer: l.importer}
	if err := c.typeCheck(s); err != nil {
		return nil, err
	}
	u := &unit{source: s, isLibrary: true, generics: genericsOf(s)}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil {
			u.generics[s.info.Defs[f.Name]] = &generic{file: file, f: f}
		}
	}
	return u, nil
}

// find returns a member by the import path and name under which scripts know
// it, or nil.
func (l *library) find(importPath, name string) *member {
	u := l.units[importPath]
	if u == nil {
		return nil
	}
	object := u.pkg.Scope().Lookup(name)
	if object == nil {
		return nil
	}
	return &member{unit: u, object: object}
}
