package compile

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// pathWrite is an assignment to a variable or to fields in it, such as x.f.
type pathWrite struct {
	path  string
	value ast.Expr
	block ast.Node // the innermost block around it
	in    ast.Node // the function
}

// noteWrite notes an assignment to a variable or to fields in one.
func (f *flows) noteWrite(target, value ast.Expr, stack []ast.Node) {
	object, path := f.pathOf(target)
	if object == nil || packageLevel(object) != nil {
		return
	}
	var block ast.Node
	for i := len(stack) - 1; i >= 0 && block == nil; i-- {
		switch stack[i].(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			block = stack[i]
		}
	}
	f.notePath(object, pathWrite{path: path, value: value, block: block, in: enclosingFunction(stack)})
}

// notePath notes an assignment, and those to fields that a composite literal
// makes.
func (f *flows) notePath(object types.Object, write pathWrite) {
	f.writes[object] = append(f.writes[object], write)
	literal := ast.Unparen(write.value)
	if address, ok := literal.(*ast.UnaryExpr); ok && address.Op == token.AND {
		literal = ast.Unparen(address.X)
	}
	composite, ok := literal.(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, entry := range composite.Elts {
		pair, ok := entry.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, ok := pair.Key.(*ast.Ident)
		if !ok {
			continue
		}
		if field, ok := f.info.Uses[name].(*types.Var); ok && field.IsField() {
			inner := write
			inner.path, inner.value = write.path+"."+name.Name, pair.Value
			f.notePath(object, inner)
		}
	}
}

// pathOf returns the variable and the fields in it that an expression names.
func (f *flows) pathOf(value ast.Expr) (types.Object, string) {
	switch value := ast.Unparen(value).(type) {
	case *ast.Ident:
		if variable, ok := f.info.ObjectOf(value).(*types.Var); ok {
			return variable, ""
		}
	case *ast.SelectorExpr:
		if selection := f.info.Selections[value]; selection != nil && selection.Kind() == types.FieldVal {
			object, path := f.pathOf(value.X)
			return object, path + "." + value.Sel.Name
		}
	}
	return nil, ""
}

// latest returns the assignments that decide what an expression holds at pos:
// the last one in a block around it, and those after that in other blocks. It
// is nil where nothing is known.
func (f *flows) latest(value ast.Expr, pos token.Pos, function ast.Node) []pathWrite {
	object, path := f.pathOf(value)
	if object == nil {
		return nil
	}
	var found []pathWrite
	isDecided := false
	for _, write := range f.writes[object] { // in the order of the source
		switch {
		case write.in != function || write.block == nil || write.value.End() > pos:
			continue
		case write.path != path:
			if strings.HasPrefix(path, write.path+".") && !isLiteral(write.value) {
				found, isDecided = nil, false // the whole was assigned: of the part nothing is known any more
			}
			continue
		}
		if write.block.Pos() <= pos && pos <= write.block.End() {
			found, isDecided = nil, true
		}
		found = append(found, write)
	}
	if !isDecided {
		return nil
	}
	return found
}

func isLiteral(value ast.Expr) bool {
	value = ast.Unparen(value)
	if address, ok := value.(*ast.UnaryExpr); ok && address.Op == token.AND {
		value = ast.Unparen(address.X)
	}
	_, ok := value.(*ast.CompositeLit)
	return ok
}
