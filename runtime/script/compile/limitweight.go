package compile

import (
	"go/ast"
	"go/token"
	"strconv"
)

// A few lines can say something huge, for every name may stand for two of the
// one before: types (type t2 struct{ a, b t1 }), aliases, constant texts
// (const s2 = s1 + s1). The type checker writes such names out, so their weight
// is estimated first, from the syntax alone and rather too high: a name counts
// as what bears it anywhere in the directory.

// refuseWeights refuses types and constants that are too large when written
// out.
func refuseWeights(s *source) Errors {
	w := &weights{
		source: s, types: map[string][]*ast.TypeSpec{}, weighed: map[*ast.TypeSpec]form{}, atWork: map[*ast.TypeSpec]bool{},
		constants: map[string][]ast.Expr{}, lengths: map[string]float64{}, summed: map[*ast.BinaryExpr]bool{},
	}
	for _, file := range s.files {
		ast.Inspect(file, w.declared)
	}
	for _, file := range s.files {
		ast.Inspect(file, w.check)
	}
	return w.found
}

// weights estimates the weights of the types and constants of a directory.
type weights struct {
	*source
	types   map[string][]*ast.TypeSpec
	weighed map[*ast.TypeSpec]form
	atWork  map[*ast.TypeSpec]bool
	total   float64

	constants map[string][]ast.Expr
	lengths   map[string]float64 // of constant texts, by name
	summed    map[*ast.BinaryExpr]bool

	found Errors
}

// form is a weight that depends on that of type parameters: fixed + each·p.
type form struct{ fixed, each float64 }

// heavy is as heavy as anything is counted: sums and products of it are no
// infinities.
const heavy = 1e12

func (f form) plus(g form) form { return form{min(f.fixed+g.fixed, heavy), min(f.each+g.each, heavy)} }

func (f form) times(n float64) form { return form{min(n*f.fixed, heavy), min(n*f.each, heavy)} }

// declared notes the declarations of types and constants.
func (w *weights) declared(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.TypeSpec:
		w.types[node.Name.Name] = append(w.types[node.Name.Name], node)
	case *ast.GenDecl:
		if node.Tok != token.CONST {
			return true
		}
		var last []ast.Expr // repeated where a line of the group has none
		for _, spec := range node.Specs {
			spec, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			if len(spec.Values) > 0 {
				last = spec.Values
			}
			for i, name := range spec.Names {
				if i < len(last) {
					w.constants[name.Name] = append(w.constants[name.Name], last[i])
				}
			}
		}
	}
	return true
}

// check weighs what it meets, the declarations and the expressions.
func (w *weights) check(node ast.Node) bool {
	if len(w.found) > 0 {
		return false
	}
	switch node := node.(type) {
	case *ast.TypeSpec:
		weight := w.spec(node).fixed
		w.total += weight
		switch {
		case weight > maxTypeWeight:
			w.refuse(node.Pos(), "type %s has more than %d parts when its types are written out: use pointers, or fewer types in one another", node.Name.Name, maxTypeWeight)
		case w.total > maxTypeWeights:
			w.refuse(node.Pos(), "the types of this directory up to %s have more than %d parts when they are written out: divide it", node.Name.Name, maxTypeWeights)
		}
	case *ast.IndexExpr, *ast.IndexListExpr:
		if w.weight(node.(ast.Expr), nil, true).fixed > maxTypeWeight {
			w.refuse(node.Pos(), "this has more than %d parts when its types are written out: use fewer types in one another", maxTypeWeight)
		}
	case *ast.BinaryExpr:
		if !w.summed[node] && w.length(node, nil) > maxConstant {
			w.refuse(node.Pos(), "this constant text has more than %d bytes: make it as the service runs", maxConstant)
		}
		for _, operand := range []ast.Expr{node.X, node.Y} {
			if operand, ok := operand.(*ast.BinaryExpr); ok {
				w.summed[operand] = true // as a part of this one
			}
		}
	}
	return true
}

func (w *weights) refuse(pos token.Pos, format string, args ...any) {
	w.found = append(w.found, w.diagnostic(pos, format, args...))
}

// spec weighs a declared type.
func (w *weights) spec(spec *ast.TypeSpec) form {
	if known, ok := w.weighed[spec]; ok {
		return known
	}
	if w.atWork[spec] {
		return form{fixed: 1} // the type checker knows what may hold itself
	}
	w.atWork[spec] = true
	defer delete(w.atWork, spec)
	params := map[string]bool{}
	if spec.TypeParams != nil {
		for _, field := range spec.TypeParams.List {
			for _, name := range field.Names {
				params[name.Name] = true
			}
		}
	}
	weight := form{fixed: 1}.plus(w.weight(spec.Type, params, true))
	w.weighed[spec] = weight
	return weight
}

// weight weighs a type as it is written. What a defined type is made of counts
// where it is held by value; an alias stands for all that it is made of.
func (w *weights) weight(expr ast.Expr, params map[string]bool, byValue bool) form {
	switch expr := expr.(type) {
	case nil:
		return form{}
	case *ast.Ident:
		if params[expr.Name] {
			return form{each: 1}
		}
		heaviest := form{fixed: 1}
		for _, spec := range w.types[expr.Name] {
			if byValue || spec.Assign.IsValid() {
				weight := w.spec(spec)
				heaviest = form{max(heaviest.fixed, weight.fixed), max(heaviest.each, weight.each)}
			}
		}
		return heaviest
	case *ast.ParenExpr:
		return w.weight(expr.X, params, byValue)
	case *ast.StarExpr:
		return w.weight(expr.X, params, false).plus(form{fixed: 1})
	case *ast.UnaryExpr: // ~T
		return w.weight(expr.X, params, byValue)
	case *ast.BinaryExpr: // a union
		return w.weight(expr.X, params, byValue).plus(w.weight(expr.Y, params, byValue))
	case *ast.ArrayType:
		return w.weight(expr.Elt, params, byValue && expr.Len != nil).plus(form{fixed: 1})
	case *ast.ChanType:
		return w.weight(expr.Value, params, false).plus(form{fixed: 1})
	case *ast.MapType:
		return w.weight(expr.Key, params, false).plus(w.weight(expr.Value, params, false)).plus(form{fixed: 1})
	case *ast.FuncType:
		return w.fields(expr.Params, params, false).plus(w.fields(expr.Results, params, false)).plus(form{fixed: 1})
	case *ast.StructType:
		return w.fields(expr.Fields, params, byValue)
	case *ast.InterfaceType:
		return w.fields(expr.Methods, params, byValue)
	case *ast.IndexExpr:
		return w.instance(expr.X, []ast.Expr{expr.Index}, params)
	case *ast.IndexListExpr:
		return w.instance(expr.X, expr.Indices, params)
	}
	return form{fixed: 1}
}

// fields weighs the types of fields, parameters or the parts of an interface.
func (w *weights) fields(list *ast.FieldList, params map[string]bool, byValue bool) form {
	var sum form
	if list == nil {
		return sum
	}
	for _, field := range list.List {
		sum = sum.plus(w.weight(field.Type, params, byValue).times(float64(max(1, len(field.Names)))))
	}
	return sum
}

// instance weighs a generic type with its arguments: the heaviest of them
// counts as often as it names its parameters.
func (w *weights) instance(generic ast.Expr, arguments []ast.Expr, params map[string]bool) form {
	of := w.weight(generic, nil, true)
	var given form
	for _, argument := range arguments {
		weight := w.weight(argument, params, true)
		given = form{max(given.fixed, weight.fixed), max(given.each, weight.each)}
	}
	return form{fixed: of.fixed}.plus(given.times(max(of.each, 1)))
}

// length estimates how many bytes an expression has as a constant text.
func (w *weights) length(expr ast.Expr, atWork map[string]bool) float64 {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		if expr.Kind == token.STRING {
			if text, err := strconv.Unquote(expr.Value); err == nil {
				return float64(len(text))
			}
		}
	case *ast.ParenExpr:
		return w.length(expr.X, atWork)
	case *ast.CallExpr: // perhaps a conversion
		if len(expr.Args) == 1 {
			return w.length(expr.Args[0], atWork)
		}
	case *ast.BinaryExpr:
		if expr.Op == token.ADD {
			return min(w.length(expr.X, atWork)+w.length(expr.Y, atWork), heavy)
		}
		return max(w.length(expr.X, atWork), w.length(expr.Y, atWork))
	case *ast.Ident:
		return w.named(expr.Name, atWork)
	}
	return 0
}

// named estimates the length of the longest constant of a name.
func (w *weights) named(name string, atWork map[string]bool) float64 {
	if length, known := w.lengths[name]; known || atWork[name] {
		return length
	}
	if atWork == nil {
		atWork = map[string]bool{}
	}
	atWork[name] = true
	longest := 0.0
	for _, value := range w.constants[name] {
		longest = max(longest, w.length(value, atWork))
	}
	delete(atWork, name)
	w.lengths[name] = longest
	return longest
}
