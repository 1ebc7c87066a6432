package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// initialised is a package variable, or several that one value of several
// initialises.
type initialised struct {
	file  *ast.File
	spec  *ast.ValueSpec
	name  int // index, or -1 for all of the names
	order int // of the initialisation
}

// variables writes the package variables in the order of their initialisation:
// the interpreter initialises them as they come.
func (x *expansion) variables() {
	for _, v := range x.initialisation() {
		switch {
		case len(v.spec.Values) == 0:
			x.emit(x.unit, v.file, v.spec.Pos(), "var ", v.spec, nil)
		case v.name < 0:
			x.together(v)
		default:
			x.emit(x.unit, v.file, v.spec.Values[v.name].Pos(), x.declared(v, v.name)+" = ", v.spec.Values[v.name], nil)
		}
	}
}

// initialisation returns the package variables in the order of it.
func (x *expansion) initialisation() []initialised {
	order := map[ast.Expr]int{}
	for i, initializer := range x.info.InitOrder {
		order[initializer.Rhs] = i + 1
	}
	var all []initialised
	for _, file := range x.files {
		for _, declaration := range file.Decls {
			general, ok := declaration.(*ast.GenDecl)
			if !ok || general.Tok != token.VAR {
				continue
			}
			for _, spec := range general.Specs {
				spec := spec.(*ast.ValueSpec)
				switch {
				case len(spec.Values) == 0:
					all = append(all, initialised{file, spec, -1, 0})
				case len(spec.Values) != len(spec.Names):
					all = append(all, initialised{file, spec, -1, order[spec.Values[0]]})
				default:
					for i, value := range spec.Values {
						all = append(all, initialised{file, spec, i, order[value]})
					}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b initialised) int { return a.order - b.order })
	return all
}

// declared returns the declaration of a variable, with its type.
func (x *expansion) declared(v initialised, i int) string {
	name := v.spec.Names[i]
	text := "var " + x.named(x.unit, name)
	if v.spec.Type != nil {
		return text + " " + x.render(x.unit, v.file, v.spec.Type, nil)
	}
	if t := x.info.Defs[name].Type(); name.Name != "_" && t != types.Typ[types.UntypedNil] {
		text += " " + x.typeText(t, nil)
	}
	return text
}

// together writes variables that one value of several initialises: the
// interpreter mixes up the places of such.
//
//	var a, b = f()
//
// becomes
//
//	var a A
//	var b B
//	func make() bool { a0, b0 := f(); a, b = a0, b0; return true }
//	var made = make()
func (x *expansion) together(v initialised) {
	x.packs++
	made := fmt.Sprintf("%smade%d", x.prefix, x.packs)
	var taken, names, values []string
	for i, name := range v.spec.Names {
		if name.Name == "_" {
			taken = append(taken, "_")
			continue
		}
		fmt.Fprintf(&x.out, "\n%s%s\n", x.fileDirective(x.unit, name.Pos()), x.declared(v, i))
		value := fmt.Sprintf("%sv%d", x.prefix, i)
		taken = append(taken, value)
		names = append(names, x.named(x.unit, name))
		values = append(values, value)
	}
	define, assign := " := ", strings.Join(names, ", ")+" = "+strings.Join(values, ", ")+"; "
	if len(names) == 0 {
		define, assign = " = ", ""
	}
	value := v.spec.Values[0]
	x.emit(x.unit, v.file, value.Pos(), "func "+made+"() bool { "+strings.Join(taken, ", ")+define, value, nil)
	fmt.Fprintf(&x.out, "%sreturn true }\nvar %sset%d = %s()\n", assign, x.prefix, x.packs, made)
}
