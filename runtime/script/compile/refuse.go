package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"gatehouse/runtime/script/exportdata"
	"gatehouse/runtime/script/symbols"
)

// refuseImports refuses what cannot be imported, before the type checker would
// say less of it.
func refuseImports(s *source) Errors {
	var found Errors
	for _, file := range s.files {
		if file.Name.Name == "main" {
			found = append(found, s.diagnostic(file.Name.Pos(), "services cannot be in package main: use a package of their own, such as package services"))
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			switch {
			case err != nil:
				found = append(found, s.diagnostic(spec.Pos(), "invalid import path %s", spec.Path.Value))
			case path == "C" || path == "unsafe":
				found = append(found, s.diagnostic(spec.Pos(), "services cannot import %q", path))
			case spec.Name != nil && spec.Name.Name == ".":
				found = append(found, s.diagnostic(spec.Pos(), "services cannot import into their own scope: give %s a name", spec.Path.Value))
			case spec.Name != nil && spec.Name.Name == "_":
				found = append(found, s.diagnostic(spec.Pos(), "an import for its side effects has none in a service: remove it"))
			case !symbols.Has(path):
				hint := importHints[path]
				if hint == "" {
					hint = "see the documentation of services for the packages that there are"
				}
				found = append(found, s.diagnostic(spec.Pos(), "package %s is not available to services: %s", path, hint))
			}
		}
	}
	return found
}

var importHints = map[string]string{
	"log":           "log through self.Logger",
	"os":            "a service has no files, processes or environment",
	"os/exec":       "a service has no processes",
	"io/ioutil":     "use io",
	"regexp/syntax": "use regexp",
	"path/filepath": "use path",
	"encoding/gob":  "use encoding/json",
	"reflect":       "use type switches",
	"runtime":       "a service does not control the host",
	"database/sql":  "a service has no database connection of its own",
}

// refusal looks for what has no safe meaning in a script.
type refusal struct {
	*source
	library *library
	found   Errors
}

func (c *Compiler) refuse(s *source) Errors {
	r := &refusal{source: s, library: c.library}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok {
				r.declaration(f)
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			r.node(node)
			return true
		})
	}
	r.shared()
	return r.found.limited()
}

func (r *refusal) refuse(pos token.Pos, format string, args ...any) {
	r.found = append(r.found, r.diagnostic(pos, format, args...))
}

func (r *refusal) declaration(f *ast.FuncDecl) {
	if f.Recv == nil && f.Name.Name == "init" {
		r.refuse(f.Name.Pos(), "init would run once for every interpreter of the pool: initialise package variables where they are declared")
	}
	if f.Body == nil {
		r.refuse(f.Name.Pos(), "missing function body")
	}
	r.decoder(f)
}

func (r *refusal) node(node ast.Node) {
	r.hostTypes(node)
	switch node := node.(type) {
	case *ast.GoStmt:
		r.refuse(node.Pos(), "services cannot start goroutines: call the function directly, or invoke another service with self.Invoke")
	case *ast.TypeSpec:
		if named, ok := r.info.Defs[node.Name].Type().(*types.Named); ok && !node.Assign.IsValid() && isKnotted(named) {
			r.refuse(node.Pos(), "services cannot have a type that is made of itself without a struct between, as %s is: make it a struct that has this in a field", node.Name.Name)
		}
	case *ast.AssignStmt:
		for _, target := range node.Lhs {
			if node.Tok != token.DEFINE {
				r.assigned(target)
			}
		}
	case *ast.IncDecStmt:
		r.assigned(node.X)
	case *ast.RangeStmt:
		if node.Tok == token.ASSIGN {
			r.assigned(node.Key)
			r.assigned(node.Value)
		}
	case *ast.UnaryExpr:
		if node.Op == token.AND {
			r.addressed(node.X, node.Pos())
		}
	case *ast.SliceExpr:
		if _, isArray := r.info.TypeOf(node.X).Underlying().(*types.Array); isArray {
			r.addressed(node.X, node.Pos())
		}
	case *ast.SelectorExpr:
		r.selector(node)
	case *ast.CallExpr:
		r.call(node)
		r.template(node)
	case *ast.Ident:
		r.used(node)
	}
}

// used refuses a name of the host that scripts do not get.
func (r *refusal) used(name *ast.Ident) {
	object := r.info.Uses[name]
	if object == nil || object.Pkg() == nil || object.Pkg() == r.pkg {
		return
	}
	path := object.Pkg().Path()
	if f, ok := object.(*types.Func); ok && f.Signature().Recv() != nil {
		if hint := methodHints[f.FullName()]; hint != "" {
			r.refuse(name.Pos(), "%s is not available to services: %s", f.FullName(), hint)
		}
		return
	}
	if object.Parent() != object.Pkg().Scope() {
		return // a field, a parameter
	}
	full := path + "." + object.Name()
	shown := object.Pkg().Name() + "." + object.Name()
	if symbols.Offers(path, object.Name()) || r.library.find(path, object.Name()) != nil || path == "iter" && object.Name() != "Pull" && object.Name() != "Pull2" || isConstraint(object) {
		return
	}
	if hint := nameHints[full]; hint != "" {
		r.refuse(name.Pos(), "%s is not available to services: %s", shown, hint)
		return
	}
	if path == exportdata.ServicePath || path == exportdata.SSOPath {
		r.refuse(name.Pos(), "%s is for the host: services cannot use it", shown)
		return
	}
	r.refuse(name.Pos(), "%s is not available to services", shown)
}

// isConstraint reports whether an object is an interface that can only
// constrain type parameters; expansion leaves nothing of it.
func isConstraint(object types.Object) bool {
	name, ok := object.(*types.TypeName)
	if !ok {
		return false
	}
	face, ok := name.Type().Underlying().(*types.Interface)
	return ok && !face.IsMethodSet()
}

var nameHints = map[string]string{
	"crypto.RegisterHash":               "it would be registered for the whole host; call its constructor",
	"net/http.ProxyFromEnvironment":     "the host chooses the proxy",
	"net/http.ProxyURL":                 "the host chooses the proxy",
	"time.AfterFunc":                    "it would run on a goroutine of its own",
	"context.AfterFunc":                 "it would run on a goroutine of its own",
	"net/http.Get":                      "use http.NewRequestWithContext(self.Context(), …) and http.Client",
	"net/http.Post":                     "use http.NewRequestWithContext(self.Context(), …) and http.Client",
	"net/http.PostForm":                 "use http.NewRequestWithContext(self.Context(), …) and http.Client",
	"net/http.Head":                     "use http.NewRequestWithContext(self.Context(), …) and http.Client",
	"net/http.DefaultClient":            "make a client: client := &http.Client{}",
	"net/http.ListenAndServe":           "the host listens",
	"net/http.ListenAndServeTLS":        "the host listens",
	"net/http.HandleFunc":               "the host routes requests to services",
	"net/http.Handle":                   "the host routes requests to services",
	"fmt.Scan":                          "read self.Request",
	"fmt.Scanf":                         "read self.Request",
	"fmt.Scanln":                        "read self.Request",
	"log/slog.SetDefault":               "use self.Logger.With",
	exportdata.ServicePath + ".Handler": "write interface{ Handle() error }",
}

var methodHints = map[string]string{
	"(*sync.WaitGroup).Go":                   "services cannot start goroutines; call the function directly",
	"(*net/http.Request).FormValue":          "read self.Request",
	"(*net/http.Request).PostFormValue":      "read self.Request",
	"(*net/http.Request).Write":              "it may read the body on a goroutine of its own; send the request with an http.Client",
	"(*net/http.Request).WriteProxy":         "it may read the body on a goroutine of its own; send the request with an http.Client",
	"(*net/http.Response).Write":             "it may read the body on a goroutine of its own; read the body with io.Copy",
	"(*mime/multipart.Reader).ReadForm":      "a service has no files; use NextPart",
	"(*crypto/x509.CertPool).Subjects":       "its bytes can be those of the whole host",
	"(*text/template.Template).AddParseTree": "use Parse, Lookup and Clone",
	"(*html/template.Template).AddParseTree": "use Parse, Lookup and Clone",
	"(*text/template.Template).ParseFiles":   "a service has no files; use Parse",
	"(*text/template.Template).ParseGlob":    "a service has no files; use Parse",
	"(*text/template.Template).ParseFS":      "a service has no files; use Parse",
	"(*html/template.Template).ParseFiles":   "a service has no files; use Parse",
	"(*html/template.Template).ParseGlob":    "a service has no files; use Parse",
	"(*html/template.Template).ParseFS":      "a service has no files; use Parse",
	"(*mime/multipart.FileHeader).Open":      "a service has no files",
	"(*net/http.Request).ParseMultipartForm": "read self.Request",
	"(*net/http.Request).FormFile":           "read self.Request",
}

func (r *refusal) call(call *ast.CallExpr) {
	name, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return
	}
	builtin, ok := r.info.Uses[name].(*types.Builtin)
	if !ok {
		return
	}
	switch builtin.Name() {
	case "print", "println":
		r.refuse(call.Pos(), "%s writes past the log: use self.Logger or fmt.Print", builtin.Name())
	case "delete", "clear", "copy":
		if len(call.Args) > 0 {
			r.assigned(call.Args[0])
		}
	}
}

// selector refuses methods that take the address of a package variable.
func (r *refusal) selector(node *ast.SelectorExpr) {
	selection := r.info.Selections[node]
	if selection == nil || selection.Kind() != types.MethodVal {
		return
	}
	method := selection.Obj().(*types.Func)
	_, wantsPointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer)
	_, hasPointer := r.info.TypeOf(node.X).Underlying().(*types.Pointer)
	if wantsPointer && !hasPointer && !selection.Indirect() {
		r.addressed(node.X, node.Pos())
	}
}

const packageVariable = "each interpreter of the pool would have its own: pass the value as an argument, or keep it outside of the service"

// assigned refuses an assignment to a package variable or a part of one.
func (r *refusal) assigned(target ast.Expr) {
	if variable := r.rootVariable(target); variable != nil {
		r.refuse(target.Pos(), "cannot assign to package variable %s: %s", variable.Name(), packageVariable)
	}
}

// addressed refuses a pointer to a package variable or a part of one.
func (r *refusal) addressed(operand ast.Expr, pos token.Pos) {
	if variable := r.rootVariable(operand); variable != nil {
		r.refuse(pos, "cannot take the address of package variable %s: %s", variable.Name(), packageVariable)
	}
}

// rootVariable returns the package variable that an operand is or is a part
// of, or nil.
func (r *refusal) rootVariable(operand ast.Expr) *types.Var {
	for {
		switch node := operand.(type) {
		case *ast.ParenExpr:
			operand = node.X
		case *ast.IndexExpr:
			operand = node.X
		case *ast.SliceExpr:
			operand = node.X
		case *ast.StarExpr:
			operand = node.X
		case *ast.TypeAssertExpr:
			operand = node.X
		case *ast.SelectorExpr:
			if variable := packageLevel(r.info.Uses[node.Sel]); variable != nil {
				return variable
			}
			operand = node.X
		case *ast.Ident:
			return packageLevel(r.info.Uses[node])
		default:
			return nil
		}
	}
}

func packageLevel(object types.Object) *types.Var {
	variable, ok := object.(*types.Var)
	if !ok || variable.Pkg() == nil || variable.Parent() != variable.Pkg().Scope() {
		return nil
	}
	return variable
}
