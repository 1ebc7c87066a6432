package compile

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// constantRows writes out constants that are declared several to a row, which the
// interpreter takes for a loop where a row leaves them out, and those with
// quotients, see computedConstant.
func (l *lowering) constantRows(node *ast.GenDecl) {
	if node.Tok != token.CONST {
		return
	}
	for _, spec := range node.Specs {
		if len(spec.(*ast.ValueSpec).Names) > 1 || divides(node) {
			l.writeOut(node)
			return
		}
	}
}

func (l *lowering) writeOut(node *ast.GenDecl) {
	separator := "; "
	if !node.Lparen.IsValid() {
		separator = "; const "
	}
	texts := make([]string, len(node.Specs))
	for i, spec := range node.Specs {
		var row []string
		for _, name := range spec.(*ast.ValueSpec).Names {
			declared, ok := l.info.Defs[name].(*types.Const)
			if !ok || name.Name == "_" {
				continue
			}
			text, ok := constantText(declared)
			if !ok {
				return
			}
			if basic, isBasic := declared.Type().(*types.Basic); isBasic && basic.Info()&types.IsUntyped != 0 {
				row = append(row, name.Name+" = "+text)
			} else {
				row = append(row, name.Name+" "+l.typeText(declared.Type())+" = "+text)
			}
		}
		texts[i] = strings.Join(row, separator)
	}
	for i, spec := range node.Specs {
		start, end := l.offset(spec.Pos()), l.offset(spec.End())
		text := texts[i]
		if text == "" {
			text = "_ = 0"
		}
		l.edits.replace(start, end, text+missingLines(string(l.edits.text[start:end]), text))
	}
}

// constantText returns a constant's value as Go writes it, in the kind that an
// untyped one is of.
func constantText(declared *types.Const) (text string, ok bool) {
	value := declared.Val()
	kind := types.Invalid
	if basic, isBasic := declared.Type().(*types.Basic); isBasic {
		kind = basic.Kind()
	}
	switch value.Kind() {
	case constant.String:
		return strconv.Quote(constant.StringVal(value)), true
	case constant.Bool:
		return strconv.FormatBool(constant.BoolVal(value)), true
	case constant.Int, constant.Float:
	default:
		return "", false
	}
	text = value.ExactString()
	if n, exact := constant.Int64Val(constant.ToInt(value)); kind == types.UntypedRune && exact && n > 0 && n < 0xd800 {
		return strconv.QuoteRune(rune(n)), true
	}
	if numerator, denominator, isRatio := strings.Cut(text, "/"); isRatio {
		return numerator + ".0/" + denominator + ".0", true
	}
	if kind == types.UntypedFloat && !strings.ContainsAny(text, ".eE") {
		text += ".0"
	}
	return text, true
}

// shift gives a constant that is shifted by a variable its type: the interpreter
// takes it for an int.
func (l *lowering) shift(node *ast.BinaryExpr) {
	if node.Op != token.SHL && node.Op != token.SHR || l.info.Types[node].Value != nil || l.info.Types[node.X].Value == nil {
		return
	}
	if t := types.Default(l.info.TypeOf(node.X)); !types.Identical(t, types.Typ[types.Int]) {
		l.wrap(node.X, l.typeText(t))
	}
}

// computedConstant writes out a constant beyond int64, which the interpreter takes
// through an int64, one with a quotient in it, as what is no integer goes on to
// be one half of another, and one that is computed of a type other than int, as
// a comparison with it would be one with an int.
func (l *lowering) computedConstant(node ast.Expr) {
	value, t := l.info.Types[node].Value, l.info.TypeOf(node)
	if value == nil || t == nil || value.Kind() != constant.Int && value.Kind() != constant.Float || l.isPartOfConstant() {
		return
	}
	basic, ok := t.Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsUntyped != 0 || basic.Info()&(types.IsInteger|types.IsFloat) == 0 {
		return
	}
	isFloat := basic.Info()&types.IsFloat != 0
	isPlain := types.Identical(t, types.Typ[types.Int]) || types.Identical(t, types.Typ[types.Float64])
	if integer := constant.ToInt(value); !divides(node) && (isPlain || !computes(node)) {
		if _, isSmall := constant.Int64Val(integer); integer.Kind() != constant.Int || isSmall {
			return
		}
	}
	text := value.ExactString()
	if isFloat {
		number, _ := constant.Float64Val(value)
		text = strconv.FormatFloat(number, 'e', -1, 64)
	}
	if !isPlain {
		text = l.typeText(t) + "(" + text + ")"
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), text+lines(l.textOf(node)))
}

// wholeFloat writes 1e6 as the integer that it is where it is used as one.
func (l *lowering) wholeFloat(node *ast.BasicLit) {
	if node.Kind != token.FLOAT || l.info.TypeOf(node) == nil {
		return
	}
	basic, ok := l.info.TypeOf(node).Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsInteger == 0 || basic.Info()&types.IsUntyped != 0 {
		return
	}
	value := constant.ToInt(l.info.Types[node].Value)
	text := value.ExactString()
	if _, isSmall := constant.Int64Val(value); !isSmall {
		text = l.typeText(l.info.TypeOf(node)) + "(" + text + ")"
	}
	l.edits.replace(l.offset(node.Pos()), l.offset(node.End()), text)
}

// isPartOfConstant reports whether the node at hand is part of a larger constant
// expression, of the declaration of a constant, or the name after a dot.
func (l *lowering) isPartOfConstant() bool {
	switch parent := l.parent().(type) {
	case *ast.SelectorExpr:
		return true
	case ast.Expr:
		if l.info.Types[parent].Value != nil {
			return true
		}
	}
	for _, outer := range l.stack {
		if declaration, ok := outer.(*ast.GenDecl); ok && declaration.Tok == token.CONST {
			return true
		}
	}
	return false
}

// divides reports whether there is a quotient in an expression.
func divides(node ast.Node) bool {
	found := false
	ast.Inspect(node, func(inner ast.Node) bool {
		if operation, ok := inner.(*ast.BinaryExpr); ok && operation.Op == token.QUO {
			found = true
		}
		return !found
	})
	return found
}

// computes reports whether an expression is an operation, perhaps in parentheses.
func computes(node ast.Expr) bool {
	_, ok := ast.Unparen(node).(*ast.BinaryExpr)
	return ok
}
