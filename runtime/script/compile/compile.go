package compile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/runtime/script/exportdata"
)

// GuardPath is the import path under which lowered sources expect the exports
// of guard.State. Scripts cannot import it.
const GuardPath = "gatehouse/runtime/script/guard"

// Compiler makes packages of sources. It is safe for concurrent use.
type Compiler struct {
	importer *exportdata.Importer
	library  *library
}

// New returns a compiler. The first source that imports a package makes it
// read the package's types; later ones share them.
func New() *Compiler {
	importer := exportdata.NewImporter()
	return &Compiler{importer: importer, library: newLibrary(importer)}
}

// ErrNoFiles is matched by the error of Compile for a directory without a Go
// file that is meant for services: none at all, tests, files that a build
// constraint leaves out.
var ErrNoFiles = errors.New("no Go files")

// Compile makes a package of the files of one directory. Files that the go
// command would leave out (tests, build constraints) are left out. A source
// that is at fault comes back as Errors. Compile runs nothing of the source
// and never panics.
func (c *Compiler) Compile(dir string, files []File) (pkg *Package, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			pkg, err = nil, fmt.Errorf("%s: the compiler failed: %v", dir, fault)
		}
	}()
	files = meant(files)
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoFiles)
	}
	if refused := refuseSizes(dir, files); len(refused) > 0 {
		return nil, refused
	}
	source, err := c.check(files)
	if err != nil {
		return nil, err
	}
	if refused := c.refuse(source); len(refused) > 0 {
		return nil, refused
	}
	services, refused := findServices(source, files)
	if len(refused) > 0 {
		return nil, refused
	}
	joined, err := c.expand(source)
	if err != nil {
		return nil, err
	}
	if refused := refuseTangled(joined); len(refused) > 0 {
		return nil, refused
	}
	lowered, err := c.lower(joined)
	if err != nil {
		return nil, err
	}
	return &Package{
		Dir:      dir,
		Name:     source.pkg.Name(),
		Source:   lowered.text,
		Imports:  lowered.imports,
		Prefix:   source.prefix,
		Sites:    lowered.sites,
		Services: services,
		Hash:     hash(files...),
		origins:  lowered.origins,
	}, nil
}

// source is a set of files that have passed the type checker.
type source struct {
	fset   *token.FileSet
	files  []*ast.File
	text   map[*ast.File][]byte
	pkg    *types.Package
	info   *types.Info
	prefix string
}

// position returns where the author wrote what is at pos.
func (s *source) position(pos token.Pos) token.Position { return s.fset.Position(pos) }

// diagnostic makes a Diagnostic for a position.
func (s *source) diagnostic(pos token.Pos, format string, args ...any) Diagnostic {
	at := s.position(pos)
	return Diagnostic{File: at.Filename, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...)}
}

// meant returns the files that the go command would build, sorted by name.
func meant(files []File) []File {
	context := build.Default
	context.CgoEnabled = true // so that import "C" is refused aloud
	context.GOOS, context.GOARCH = "linux", "amd64"
	var kept []File
	for _, file := range files {
		name := filepath.Base(file.Name)
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
			strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
			continue
		}
		context.OpenFile = func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(string(file.Source))), nil
		}
		// An error is one of syntax: the parser tells it better.
		if matches, err := context.MatchFile(".", name); matches || err != nil {
			kept = append(kept, file)
		}
	}
	slices.SortFunc(kept, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return kept
}

// check parses and type-checks files.
func (c *Compiler) check(files []File) (*source, error) {
	s := &source{fset: token.NewFileSet(), text: map[*ast.File][]byte{}}
	var found Errors
	for _, file := range files {
		if strings.ContainsAny(file.Name, "\r\n") {
			return nil, Errors{{Message: fmt.Sprintf("file name %q has a line break", file.Name)}}
		}
		// Line directives of the author's would lead errors astray: comments
		// are not parsed, and the scanner's table is not told of them.
		if refused := refuseBrackets(file); len(refused) > 0 {
			found = append(found, refused...)
			continue
		}
		parsed, err := parser.ParseFile(s.fset, file.Name, withoutDirectives(file.Source), parser.SkipObjectResolution)
		if err != nil {
			found = append(found, syntaxErrors(file.Name, err)...)
			continue
		}
		s.files = append(s.files, parsed)
		s.text[parsed] = file.Source
	}
	if len(found) > 0 {
		return nil, found.limited()
	}
	for _, file := range s.files[1:] {
		if first := s.files[0]; file.Name.Name != first.Name.Name {
			found = append(found, s.diagnostic(file.Name.Pos(), "package %s; expected package %s, as in %s: the files of a directory are one package",
				file.Name.Name, first.Name.Name, s.position(first.Pos()).Filename))
		}
	}
	found = append(found, refuseImports(s)...)
	found = append(found, refuseNesting(s)...)
	if len(found) == 0 {
		found = refuseWeights(s)
	}
	if len(found) > 0 {
		return nil, found.limited()
	}
	if err := c.typeCheck(s); err != nil {
		return nil, err
	}
	if refused := refuseHuge(s); len(refused) > 0 {
		return nil, refused
	}
	s.prefix = freePrefix(s.files)
	return s, nil
}

func (c *Compiler) typeCheck(s *source) error {
	var found Errors
	config := types.Config{
		Importer:  c.importer,
		GoVersion: "go1.26",
		Sizes:     types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			var fault types.Error
			if errors.As(err, &fault) {
				found = append(found, s.diagnostic(fault.Pos, "%s", fault.Msg))
			}
		},
	}
	s.info = &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	pkg, err := config.Check(s.files[0].Name.Name, s.fset, s.files, s.info)
	if len(found) > 0 {
		return found.limited()
	}
	if err != nil {
		return err
	}
	s.pkg = pkg
	return nil
}

// limited sorts errors by position, drops repetitions and bounds their number.
func (e Errors) limited() Errors {
	slices.SortStableFunc(e, func(a, b Diagnostic) int {
		if order := strings.Compare(a.File, b.File); order != 0 {
			return order
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	e = slices.Compact(e)
	return e[:min(len(e), maxErrors)]
}

func syntaxErrors(name string, err error) Errors {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return Errors{{File: name, Message: err.Error()}}
	}
	list.RemoveMultiples()
	found := make(Errors, len(list))
	for i, fault := range list {
		found[i] = Diagnostic{File: name, Line: fault.Pos.Line, Column: fault.Pos.Column, Message: "syntax error: " + fault.Msg}
	}
	return found
}

// withoutDirectives returns the source with its line directives made plain
// comments of the same length: //line and /*line lose their l.
func withoutDirectives(source []byte) []byte {
	if !strings.Contains(string(source), "line ") {
		return source
	}
	var marks scanner.Scanner
	fset := token.NewFileSet()
	out := slices.Clone(source)
	file := fset.AddFile("", fset.Base(), len(source))
	marks.Init(file, source, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, kind, text := marks.Scan()
		if kind == token.EOF {
			return out
		}
		if kind == token.COMMENT && strings.HasPrefix(text[2:], "line ") {
			out[file.Offset(pos)+2] = ' '
		}
	}
}

// freePrefix returns a prefix that no identifier of the author's begins with.
func freePrefix(files []*ast.File) string {
	prefix := "gh"
	for taken := true; taken; {
		taken = false
		prefix += "_"
		for _, file := range files {
			ast.Inspect(file, func(node ast.Node) bool {
				if name, ok := node.(*ast.Ident); ok && strings.HasPrefix(name.Name, prefix) {
					taken = true
				}
				return !taken
			})
		}
	}
	return prefix
}

// hash returns 16 hexadecimal digits over names and sources.
func hash(files ...File) string {
	sum := sha256.New()
	for _, file := range files {
		name := filepath.Base(file.Name)
		fmt.Fprintf(sum, "%d %s %d ", len(name), name, len(file.Source))
		sum.Write(file.Source)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
