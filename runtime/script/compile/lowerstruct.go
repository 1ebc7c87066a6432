package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gatehouse/runtime/internal/fields"
)

// hidden is the tag of a field that is not exported: no package that looks at
// tags sees it. The interpreter exports every field to reflection.
const hidden = `json:"-" xml:"-" validate:"-"`

// fieldTag returns the tag of a field in the joined source: the author's, or one
// that hides the field, and its name where that is not exported.
func fieldTag(tag, name string, isHidden bool) string {
	if isHidden {
		tag = hidden
	}
	if !token.IsExported(name) {
		tag += fmt.Sprintf(" %s:%q", fields.Tag, name)
	}
	return strings.TrimSpace(tag)
}

// structType hides the fields that are not exported. It also gives the first
// field of a named type a tag with that name: to the host, which finds errors by
// their types, a script's structs with the same fields would be one type.
func (l *lowering) structType(node *ast.StructType) {
	own := ""
	if spec, ok := l.parent().(*ast.TypeSpec); ok {
		own = fmt.Sprintf("gatehouse:%q", spec.Name.Name)
	}
	for i, field := range node.Fields.List {
		if i > 0 {
			own = ""
		}
		if l.splitField(field, own) {
			continue
		}
		var tag string
		if field.Tag != nil {
			tag, _ = strconv.Unquote(field.Tag.Value)
		}
		if len(field.Names) == 0 {
			tag = fieldTag(tag, embeddedName(l.info.TypeOf(field.Type)), !l.isSeen(field))
		} else {
			tag = fieldTag(tag, field.Names[0].Name, !field.Names[0].IsExported())
		}
		tag = strings.TrimSpace(tag + " " + own)
		switch {
		case field.Tag != nil:
			l.edits.replace(l.offset(field.Tag.Pos()), l.offset(field.Tag.End()), strconv.Quote(tag))
		case tag != "":
			l.edits.insert(l.offset(field.End()), " "+strconv.Quote(tag))
		}
	}
	if len(node.Fields.List) == 0 && own != "" {
		l.edits.insert(l.offset(node.Fields.Closing), fmt.Sprintf("%sis struct{} %s", l.prefix, strconv.Quote(fmt.Sprintf("%s %s:%q %s", hidden, fields.Tag, fields.Unwritten, own))))
	}
}

// splitField writes a line that declares several fields, not all of them
// exported, as several; the first of them gets a tag of its own.
func (l *lowering) splitField(field *ast.Field, own string) bool {
	isUnexported := func(name *ast.Ident) bool { return !name.IsExported() }
	if len(field.Names) < 2 || !slices.ContainsFunc(field.Names, isUnexported) {
		return false
	}
	var tag string
	if field.Tag != nil {
		tag, _ = strconv.Unquote(field.Tag.Value)
	}
	var list []string
	for i, name := range field.Names {
		text := name.Name + " " + l.textOf(field.Type)
		whole := fieldTag(tag, name.Name, !name.IsExported())
		if i == 0 {
			whole = strings.TrimSpace(whole + " " + own)
		}
		if whole != "" {
			text += " " + strconv.Quote(whole)
		}
		list = append(list, text)
	}
	l.edits.replace(l.offset(field.Pos()), l.offset(field.End()), strings.Join(list, "; "))
	return true
}

// isSeen reports whether reflection sees an embedded field or a part of it.
func (l *lowering) isSeen(field *ast.Field) bool {
	t := l.info.TypeOf(field.Type)
	return seenByJSON(t, embeddedName(t))
}

func embeddedName(t types.Type) string {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj().Name()
	case *types.Named:
		return t.Obj().Name()
	}
	return t.String()
}

// seenByJSON reports whether encoding/json finds anything in an embedded field.
func seenByJSON(t types.Type, name string) bool {
	if isService(t) {
		return false
	}
	pointer, isPointer := types.Unalias(t).(*types.Pointer)
	if isPointer {
		t = pointer.Elem()
	}
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return token.IsExported(name)
	}
	for field := range structure.Fields() {
		if field.Exported() {
			return true
		}
	}
	return false
}

// structText returns a struct type without a name, with the tags that
// structType gives it.
func (l *lowering) structText(t *types.Struct) string {
	var list []string
	for i := range t.NumFields() {
		field := t.Field(i)
		text := l.typeText(field.Type())
		if !field.Embedded() {
			text = field.Name() + " " + text
		}
		isHidden := !field.Embedded() && !field.Exported() || field.Embedded() && !seenByJSON(field.Type(), field.Name())
		if tag := fieldTag(t.Tag(i), field.Name(), isHidden); tag != "" {
			text += " " + strconv.Quote(tag)
		}
		list = append(list, text)
	}
	return "struct{ " + strings.Join(list, "; ") + " }"
}
