// Package compile is the front end of the script engine: from the Go source
// files of one directory to one source that the interpreter runs as the Go
// compiler would.
//
// A source goes through these steps, and stops at the first that finds errors:
//
//  1. parse and type-check, with the compiler's own messages (compile.go);
//  2. expand: generic functions and types become plain ones (expand*.go), for
//     the interpreter infers too little;
//  3. refuse what has no safe meaning in a script (refuse*.go);
//  4. lower what the interpreter lacks or gets wrong to what it gets right,
//     and add the depth guard and the tracker of positions (lower*.go).
//
// Steps 2 to 4 edit the text at byte offsets; line directives keep every
// position the author's own. Nothing here runs a script.
package compile

import (
	"fmt"
	"strings"
)

// File is one source file of a directory.
type File struct {
	Name   string // the path as it is shown to users
	Source []byte
}

// Package is a directory that is ready for the interpreter.
type Package struct {
	Dir  string
	Name string // of the package clause

	// Source is all files in one, lowered. It imports GuardPath, and
	// gatehouse/runtime/service whenever there is a service, the latter under
	// the name Prefix+"service", so that code appended to it may use that. It
	// has no line directives: the interpreter finds imports by the file name
	// of a position, so there must be one only. See Sites and Origin.
	Source []byte

	// Imports are the paths that the interpreter has to be given, GuardPath
	// not among them; sorted.
	Imports []string

	// Prefix begins every name that was added to Source. No identifier of the
	// author's begins with it.
	Prefix string

	// Sites are the places of the author's source that the tracker in Source
	// tells apart. guard.State gives the index.
	Sites []Site

	Services []Service

	// Hash identifies this version: 16 hexadecimal digits over the names and
	// sources of all files.
	Hash string

	origins []Site // by line of Source
}

// Origin returns the file and line of the author's that a line of Source
// (from 1) comes from, for what the interpreter says of Source. It is zero for
// lines that were added.
func (p *Package) Origin(line int) Site {
	if line < 1 || line > len(p.origins) {
		return Site{}
	}
	return p.origins[line-1]
}

// Site is a place in the author's source.
type Site struct {
	File     string
	Line     int    // from 1; 0 where nothing has run yet
	Function string // such as (*UpdateUser).Handle
}

// Service is a type that can be called: an exported struct that embeds
// service.Service and has Handle() error.
type Service struct {
	Name string // such as user-api.update-user-by-id
	Type string // such as UpdateUserByID
	File string // where the type is declared
	Line int

	// Pointer is set where Handle has a pointer receiver. In both cases
	// x := &Type{} is a handler and &x.Service what the host fills.
	Pointer bool

	// Hash identifies the source of File alone.
	Hash string
}

// Diagnostic is one thing that is wrong with a source.
type Diagnostic struct {
	File    string
	Line    int // from 1; 0 where the whole file or directory is meant
	Column  int // in bytes, from 1; 0 where the whole line is meant
	Message string
}

// String returns file:line:column: message.
func (d Diagnostic) String() string {
	switch {
	case d.File == "":
		return d.Message
	case d.Line == 0:
		return fmt.Sprintf("%s: %s", d.File, d.Message)
	case d.Column == 0:
		return fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, d.Message)
}

// maxErrors bounds how many errors of one directory are told.
const maxErrors = 20

// Errors are all that is wrong with a directory, in the order of their
// positions; at most 20 are told. It is what Compile returns for a source that
// is at fault.
type Errors []Diagnostic

// Error returns a line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, diagnostic := range e {
		lines[i] = diagnostic.String()
	}
	return strings.Join(lines, "\n")
}
