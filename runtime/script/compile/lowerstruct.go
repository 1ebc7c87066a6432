package compile

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// hidden is the tag of a field that is not exported: no package that looks at
// tags sees it. The interpreter exports every field to reflection.
const hidden = `json:"-" xml:"-" validate:"-"`

// structType hides the fields that are not exported. It also gives the first
// field of a named type a tag with that name: to the host, which finds errors by
// their types, a script's structs with the same fields would be one type.
func (l *lowering) structType(node *ast.StructType) {
	own := ""
	if spec, ok := l.parent().(*ast.TypeSpec); ok {
		own = fmt.Sprintf("gatehouse:%q", spec.Name.Name)
	}
	for i, field := range node.Fields.List {
		if l.splitField(field) {
			continue
		}
		isHidden := len(field.Names) > 0
		for _, name := range field.Names {
			if name.IsExported() {
				isHidden = false
			}
		}
		if len(field.Names) == 0 {
			isHidden = !l.isSeen(field)
		}
		var tag string
		if field.Tag != nil {
			tag, _ = strconv.Unquote(field.Tag.Value)
		}
		if isHidden {
			tag = hidden
		}
		if i == 0 && own != "" {
			tag = strings.TrimSpace(tag + " " + own)
		}
		switch {
		case field.Tag != nil:
			l.edits.replace(l.offset(field.Tag.Pos()), l.offset(field.Tag.End()), strconv.Quote(tag))
		case tag != "":
			l.edits.insert(l.offset(field.End()), " "+strconv.Quote(tag))
		}
	}
	if len(node.Fields.List) == 0 && own != "" {
		l.edits.insert(l.offset(node.Fields.Closing), fmt.Sprintf("%sis struct{} %s", l.prefix, strconv.Quote(hidden+" "+own)))
	}
}

// splitField writes a line that declares exported fields and others as several.
func (l *lowering) splitField(field *ast.Field) bool {
	exported := 0
	for _, name := range field.Names {
		if name.IsExported() {
			exported++
		}
	}
	if exported == 0 || exported == len(field.Names) {
		return false
	}
	var fields []string
	for _, name := range field.Names {
		text := name.Name + " " + l.textOf(field.Type)
		if !name.IsExported() {
			text += " " + strconv.Quote(hidden)
		} else if field.Tag != nil {
			text += " " + field.Tag.Value
		}
		fields = append(fields, text)
	}
	l.edits.replace(l.offset(field.Pos()), l.offset(field.End()), strings.Join(fields, "; "))
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
	var fields []string
	for i := range t.NumFields() {
		field := t.Field(i)
		text := l.typeText(field.Type())
		if !field.Embedded() {
			text = field.Name() + " " + text
		}
		tag := t.Tag(i)
		if !field.Embedded() && !field.Exported() || field.Embedded() && !seenByJSON(field.Type(), field.Name()) {
			tag = hidden
		}
		if tag != "" {
			text += " " + strconv.Quote(tag)
		}
		fields = append(fields, text)
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}
