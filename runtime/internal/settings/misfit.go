package settings

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Misfit is a place of a document that does not fit the settings.
type Misfit struct {
	Setting string // its path; "" is the document itself
	Line    int
	Fault   string
}

// Error returns it in words that begin with the setting.
func (m Misfit) Error() string {
	if m.Setting == "" {
		return m.Fault
	}
	return m.Setting + ": " + m.Fault
}

// Extra is a section that takes more settings than it has fields for, in a map
// that is inline.
type Extra interface{ HasExtra(setting string) bool }

// Misfits returns what of a document does not fit a type, whose settings have
// paths that begin with a path. Known are the paths of all settings, to tell
// where one belongs. With open, settings that the type does not have are
// somebody else's.
func Misfits(node *yaml.Node, of reflect.Type, path string, known []string, open bool) []Misfit {
	f := finder{known: known, fitting: map[reading]bool{}, open: open}
	f.value(node, of, path)
	if f.more > 0 {
		f.found = append(f.found, Misfit{"", f.more, "there is more that does not fit: mend what is above first"})
	}
	return f.found
}

// maxMisfits is how many are told at once. Aliases let a small document have far
// more than anybody reads, or memory holds.
const maxMisfits = 50

type finder struct {
	known   []string
	fitting map[reading]bool    // values of anchors that were found to fit
	merged  map[*yaml.Node]bool // nodes that were merged into the mapping at hand: each is looked at once
	open    bool                // of the mapping at hand
	found   []Misfit
	more    int // the line of the first that is not told; 0 if there is none
}

// reading is a node that is read as a type.
type reading struct {
	node *yaml.Node
	of   reflect.Type
}

func (f *finder) fault(node *yaml.Node, path, format string, args ...any) {
	if len(f.found) < maxMisfits {
		f.found = append(f.found, Misfit{path, node.Line, fmt.Sprintf(format, args...)})
	} else if f.more == 0 {
		f.more = node.Line
	}
}

// value looks at the value of a setting, or of a section.
func (f *finder) value(node *yaml.Node, of reflect.Type, path string) {
	at := node // also where the value is that of an anchor elsewhere
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if f.more > 0 {
		return
	}
	if anchored := (reading{node, of}); node != at {
		if f.fitting[anchored] {
			return
		}
		before := len(f.found)
		defer func() { f.fitting[anchored] = len(f.found) == before && f.more == 0 }()
	}
	isGroup, isSetting := KindOf(of)
	switch {
	case node.Kind == yaml.DocumentNode:
		if len(node.Content) > 0 {
			f.value(node.Content[0], of, path)
		}
	case of.Kind() == reflect.Pointer && of.Elem().Kind() == reflect.Struct:
		f.value(node, of.Elem(), path)
	case of.Kind() == reflect.Interface || isNull(node) || fits(node, of, isGroup):
	case of.Kind() == reflect.Map && node.Kind == yaml.MappingNode:
		f.mapping(node, of, path)
	case of.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		f.list(node, of.Elem(), path)
	case isGroup && node.Kind == yaml.MappingNode:
		f.section(node, of, path)
	case isGroup:
		f.fault(at, path, "%s", notASection(of, path, isSetting))
	default:
		f.fault(at, path, "%s", wanted(node, of))
	}
}

func isNull(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}

// fits reports whether a node that has nothing below it can be read.
func fits(node *yaml.Node, of reflect.Type, isGroup bool) bool {
	if node.Kind != yaml.ScalarNode || isGroup && !reflect.PointerTo(of).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		return false
	}
	return node.Load(reflect.New(of).Interface(), yaml.WithKnownFields()) == nil
}

func notASection(of reflect.Type, path string, isSetting bool) string {
	names := Names(of)
	switch {
	case path == "":
		return "settings are written one a line, as setting: value, those of a section below its name"
	case isSetting && slices.Contains(names, "enabled"):
		return "takes true or false, or else its settings (" + shortened(names) + ") below it, one a line, as setting: value"
	}
	return "is a section: its settings (" + shortened(names) + ") are written below it, one a line, as setting: value"
}

// shortened joins names, and leaves out what nobody would read.
func shortened(names []string) string {
	if len(names) > 8 {
		names = append(slices.Clone(names[:8]), "...")
	}
	return strings.Join(names, ", ")
}

func (f *finder) list(node *yaml.Node, of reflect.Type, path string) {
	for i, item := range node.Content {
		before := len(f.found)
		f.value(item, of, path)
		for j := before; j < len(f.found); j++ {
			f.found[j].Fault = fmt.Sprintf("item %d of the list %s", i+1, f.found[j].Fault)
		}
	}
}

// mapping looks at settings with names of somebody's choice.
func (f *finder) mapping(node *yaml.Node, of reflect.Type, path string) {
	f.eachOf(node, path, func(key, value *yaml.Node) {
		isGroup, _ := KindOf(of.Elem())
		if isGroup && value.Kind == yaml.ScalarNode && slices.Contains(Names(of.Elem()), key.Value) {
			f.fault(key, below(path, key.Value), "belongs one level deeper: below %s are names of your choice, and the settings are below these", path)
			return
		}
		f.value(value, of.Elem(), below(path, key.Value))
	})
}

func (f *finder) section(node *yaml.Node, of reflect.Type, path string) {
	open := f.open
	f.open = false
	extra, _ := reflect.New(of).Interface().(Extra)
	f.eachOf(node, path, func(key, value *yaml.Node) {
		field := typeOf(of, key.Value)
		if field == nil && extra != nil && extra.HasExtra(key.Value) {
			field = extraType(of)
		}
		switch {
		case field != nil:
			f.value(value, field, below(path, key.Value))
		case !open:
			f.fault(key, below(path, key.Value), "there is no such setting%s", Hint(path, key.Value, Names(of), f.known))
		}
	})
}

// eachOf calls each with the names of a mapping and their values, also with
// those that are merged in.
func (f *finder) eachOf(node *yaml.Node, path string, each func(key, value *yaml.Node)) {
	defer func(above map[*yaml.Node]bool) { f.merged = above }(f.merged)
	f.merged = map[*yaml.Node]bool{node: true}
	f.eachMerged(node, path, each)
}

func (f *finder) eachMerged(node *yaml.Node, path string, each func(key, value *yaml.Node)) {
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content) && f.more == 0; i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			f.fault(key, path, "the names of settings are words")
		case key.ShortTag() == "!!merge":
			f.merge(value, path, each)
		case first[key.Value] > 0:
			f.fault(node.Content[i], below(path, key.Value), "is there twice, on line %d as well: leave one of them", first[key.Value])
		default:
			first[key.Value] = node.Content[i].Line
			each(key, value)
		}
	}
}

func (f *finder) merge(node *yaml.Node, path string, each func(key, value *yaml.Node)) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if f.merged[node] {
		return
	}
	f.merged[node] = true
	switch node.Kind {
	case yaml.MappingNode:
		f.eachMerged(node, path, each)
	case yaml.SequenceNode:
		for _, item := range node.Content {
			f.merge(item, path, each)
		}
	}
}

var (
	plainName = regexp.MustCompile(`^[\pL\pN_.@/ -]{1,64}$`)
	plainItem = regexp.MustCompile(`^[A-Za-z0-9_./@-]+$`)
)

// below returns the path of a setting in a section.
func below(path, name string) string {
	if !plainName.MatchString(name) {
		name = strconv.Quote(Shown(name))
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// Shown returns a name as errors have it. What follows a colon or a sign of
// equality may be a value, such as a password that somebody has written right
// after it.
func Shown(name string) string {
	shown := name
	if end := strings.IndexAny(name, ":="); end >= 0 {
		shown = name[:end+1]
	}
	if letters := []rune(shown); len(letters) > most {
		shown = string(letters[:most])
	}
	if shown != name {
		shown += "…"
	}
	return shown
}

// most is how many letters of what is in a document are shown.
const most = 60

func quoted(text string) string {
	if letters := []rune(text); len(letters) > most {
		return strconv.Quote(string(letters[:most])) + "…"
	}
	return strconv.Quote(text)
}

var wholeNumber = regexp.MustCompile(`^[0-9]{1,9}$`)

// wanted says what a setting of a type takes instead of a value. A value that
// has others below it is not shown: it may be anything.
func wanted(node *yaml.Node, of reflect.Type) string {
	if node.Kind == yaml.ScalarNode && node.Style&yaml.TaggedStyle != 0 {
		return "takes " + Takes(of) + ", and the value is not of the type that its tag (!!) says: leave the tag out"
	}
	if node.Kind != yaml.ScalarNode {
		is := "names with values"
		if node.Kind == yaml.SequenceNode {
			is = "a list"
		}
		return fmt.Sprintf("takes %s, not %s", Takes(of), is)
	}
	text := node.Value
	switch {
	case of == reflect.TypeFor[time.Duration]() && wholeNumber.MatchString(text):
		return fmt.Sprintf("takes a duration with its unit: %[1]ss, %[1]sm or %[1]sh, not %[1]s", text)
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.String && len(text) <= most:
		var items []string
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" && !plainItem.MatchString(item) {
				item = strconv.Quote(item)
			}
			if item != "" {
				items = append(items, item)
			}
		}
		return fmt.Sprintf("takes a list: write [%s], not %s", strings.Join(items, ", "), quoted(text))
	}
	if of.Kind() == reflect.Map {
		return "takes " + Takes(of)
	}
	return fmt.Sprintf("takes %s, not %s", Takes(of), quoted(text))
}

// Takes says what a setting of a type takes.
func Takes(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return "a duration in h, m, s or ms (30s, 1h30m)"
	case of.Kind() == reflect.Map:
		if isGroup, _ := KindOf(of.Elem()); isGroup {
			return "names of your choice with settings below each: " + shortened(Names(of.Elem()))
		}
		return "names with " + Takes(of.Elem()) + " for each, as {name: value}"
	case of.Kind() == reflect.Slice:
		return "a list such as [a, b]"
	case of.Kind() == reflect.Bool:
		return "true or false"
	case of.Kind() == reflect.String:
		return "text"
	case of.Kind() >= reflect.Int && of.Kind() <= reflect.Uint64:
		return "a whole number"
	}
	if isGroup, isSetting := KindOf(of); isGroup && isSetting {
		return "true or false, or else its settings"
	}
	return "another value"
}

// KindOf reports whether a type holds settings, is one, or both: a section that
// may as well be a switch.
func KindOf(of reflect.Type) (isGroup, isSetting bool) {
	if of.Kind() != reflect.Struct || reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return false, true
	}
	return true, reflect.PointerTo(of).Implements(reflect.TypeFor[yaml.Unmarshaler]())
}

// typeOf returns the type of a setting that a struct has, also in a struct that
// is inline; nil if it has none.
func typeOf(of reflect.Type, name string) reflect.Type {
	for i := range of.NumField() {
		field := of.Field(i)
		if Name(field) == name && name != "" {
			return field.Type
		}
		if isInline(field) && field.Type.Kind() == reflect.Struct {
			if found := typeOf(field.Type, name); found != nil {
				return found
			}
		}
	}
	return nil
}

// extraType returns the type of settings that are in a map that is inline.
func extraType(of reflect.Type) reflect.Type {
	for i := range of.NumField() {
		if field := of.Field(i); isInline(field) && field.Type.Kind() == reflect.Map {
			return field.Type.Elem()
		}
	}
	return nil
}

func isInline(field reflect.StructField) bool {
	_, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	return options == "inline"
}
