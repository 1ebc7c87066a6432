package compile

import (
	"go/ast"
	"go/constant"
	"go/types"
	"path/filepath"

	"gatehouse/runtime/script/exportdata"
)

// findServices finds the exported struct types that embed service.Service and
// have Handle() error, and names them.
func findServices(s *source, files []File) ([]Service, Errors) {
	sources := map[string]File{}
	for _, file := range files {
		sources[file.Name] = file
	}
	finder := &serviceFinder{source: s, methods: map[*types.Func]*ast.FuncDecl{}}
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv != nil {
				finder.methods[s.info.Defs[f.Name].(*types.Func)] = f
			}
		}
	}
	var services []Service
	for _, file := range s.files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				spec, ok := spec.(*ast.TypeSpec)
				if !ok || spec.Assign.IsValid() || spec.TypeParams != nil {
					continue
				}
				if !spec.Name.IsExported() {
					finder.unexported(spec)
					continue
				}
				if service := finder.service(spec); service != nil {
					service.Hash = hash(sources[service.File])
					services = append(services, *service)
				}
			}
		}
	}
	first := map[string]Service{}
	for _, service := range services {
		if other, isTaken := first[service.Name]; isTaken {
			finder.found = append(finder.found, Diagnostic{File: service.File, Line: service.Line,
				Message: "service " + service.Name + " (type " + service.Type + ") is defined in " + other.File + " already (type " + other.Type + ")"})
			continue
		}
		first[service.Name] = service
	}
	return services, finder.found.limited()
}

type serviceFinder struct {
	*source
	methods map[*types.Func]*ast.FuncDecl
	found   Errors
}

func (f *serviceFinder) service(spec *ast.TypeSpec) *Service {
	named, ok := f.info.Defs[spec.Name].Type().(*types.Named)
	if !ok {
		return nil
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return nil
	}
	embedded, path, _ := types.LookupFieldOrMethod(named, true, f.pkg, "Service")
	base, ok := embedded.(*types.Var)
	if !ok || !base.Embedded() {
		return nil
	}
	if pointer, ok := base.Type().(*types.Pointer); ok {
		if isService(pointer.Elem()) {
			f.refuse(spec, "%s embeds *service.Service: embed service.Service, without the star", spec.Name.Name)
		}
		return nil
	}
	if !isService(base.Type()) {
		return nil
	}
	handle, isPointer := f.method(named, "Handle")
	if handle == nil {
		f.misspelt(spec, named)
		return nil // a base for services
	}
	signature := handle.Signature()
	if signature.Params().Len() != 0 || signature.Results().Len() != 1 ||
		!types.Identical(signature.Results().At(0).Type(), types.Universe.Lookup("error").Type()) {
		f.refuse(spec, "method Handle of service %s must be Handle() error", spec.Name.Name)
		return nil
	}
	if f.embedsPointer(named, path) {
		f.refuse(spec, "service %s embeds a pointer on the way to service.Service: embed the struct itself", spec.Name.Name)
		return nil
	}
	if !isPointer {
		f.refuse(spec, "method Handle of service %s has a value receiver, so that what it sets in self.Response is lost: write func (self *%s) Handle() error",
			spec.Name.Name, handle.Signature().Recv().Type().(*types.Named).Obj().Name())
		return nil
	}
	at := f.position(spec.Name.Pos())
	service := &Service{
		Name:    defaultName(filepath.Base(at.Filename), spec.Name.Name),
		Type:    spec.Name.Name,
		File:    at.Filename,
		Line:    at.Line,
		Pointer: isPointer,
	}
	if own, _ := f.method(named, "Name"); own != nil {
		name, ok := f.constantResult(own)
		if !ok {
			f.refuse(spec, "method Name of service %s must be Name() string with one return of a constant, such as return \"crm.get-customer\"", spec.Name.Name)
			return nil
		}
		service.Name = name
	}
	if !validName(service.Name) {
		f.refuse(spec, "%q is no name for a service: use lower-case letters, digits, dots, dashes and underscores, a letter or digit at both ends", service.Name)
		return nil
	}
	return service
}

func (f *serviceFinder) refuse(spec *ast.TypeSpec, format string, args ...any) {
	f.found = append(f.found, f.diagnostic(spec.Name.Pos(), format, args...))
}

func isService(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Service" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == exportdata.ServicePath
}

// method returns a method of the script's own, and whether its receiver is a
// pointer.
func (f *serviceFinder) method(named *types.Named, name string) (*types.Func, bool) {
	object, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, f.pkg, name)
	method, ok := object.(*types.Func)
	if !ok || method.Pkg() != f.pkg {
		return nil, false
	}
	_, isPointer := method.Signature().Recv().Type().(*types.Pointer)
	return method, isPointer
}

func (f *serviceFinder) embedsPointer(named *types.Named, path []int) bool {
	var t types.Type = named
	for _, index := range path {
		structure, ok := t.Underlying().(*types.Struct)
		if !ok {
			return true
		}
		t = structure.Field(index).Type()
		if _, ok := t.(*types.Pointer); ok {
			return true
		}
	}
	return false
}

// constantResult returns the constant text that a method always returns.
func (f *serviceFinder) constantResult(method *types.Func) (string, bool) {
	declaration := f.methods[method]
	signature := method.Signature()
	if declaration == nil || declaration.Body == nil || len(declaration.Body.List) != 1 || signature.Params().Len() != 0 {
		return "", false
	}
	last, ok := declaration.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(last.Results) != 1 {
		return "", false
	}
	value := f.info.Types[last.Results[0]].Value
	if value == nil || value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(value), true
}
