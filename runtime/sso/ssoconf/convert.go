package ssoconf

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/settings"
)

// Settings are those that a file is read into: a pointer to a struct of
// sections, with names in yaml tags.
type Settings interface {
	// Check returns what is wrong with them: errors, perhaps joined, that
	// begin with sso.SECTION.KEY and a colon.
	Check() error
}

// Note is a line of the file that was not taken.
type Note struct {
	Line    int    `json:"line"`
	Section string `json:"section,omitempty"`
	Key     string `json:"key,omitempty"`
	Reason  string `json:"reason"`
	Ignored bool   `json:"ignored"` // it is accepted and changes nothing
}

// String returns it in words.
func (n Note) String() string {
	if n.Key == "" {
		return n.Reason
	}
	return fmt.Sprintf("[%s] %s: %s", n.Section, n.Key, n.Reason)
}

// Result is what became of a file.
type Result struct {
	YAML  []byte // a configuration of ours, with all that was taken
	Taken int    // settings
	Notes []Note // by line
}

// Convert reads a file of Zato's. newSettings returns the defaults, which
// decide which settings there are and what they take: values that Check
// refuses are not taken.
func Convert(name, text string, newSettings func() Settings) (Result, error) {
	c := converter{newSettings: newSettings, fields: map[string]reflect.Type{}}
	c.collect()
	entries, faults := parse(text)
	for _, fault := range faults {
		c.notes = append(c.notes, Note{Line: fault.line, Reason: fault.reason})
	}
	for _, group := range grouped(entries) {
		c.take(group)
	}
	if err := c.dropRefused(); err != nil {
		return Result{}, err
	}
	slices.SortStableFunc(c.notes, func(a, b Note) int { return a.Line - b.Line })
	yaml, err := c.write(name)
	return Result{YAML: yaml, Taken: len(c.taken), Notes: c.notes}, err
}

type converter struct {
	newSettings func() Settings
	fields      map[string]reflect.Type // by section and key, and by section where that is a map
	order       []string                // of the fields
	taken       []setting
	notes       []Note
}

// setting is one that was taken.
type setting struct {
	section, key string
	line         int
	value        reflect.Value
}

func (s setting) path() string { return s.section + "." + s.key }

// collect lists the settings that there are.
func (c *converter) collect() {
	defaults := reflect.ValueOf(c.newSettings()).Elem()
	sections := defaults.Type()
	for i := range sections.NumField() {
		section := sections.Field(i)
		name := settings.Name(section)
		if name == "" {
			continue
		}
		if section.Type.Kind() != reflect.Struct {
			c.fields[name] = section.Type
			c.order = append(c.order, name)
			continue
		}
		for j := range section.Type.NumField() {
			of := section.Type.Field(j).Type
			if key := settings.Name(section.Type.Field(j)); key != "" && of.Kind() != reflect.Interface { // such are ignored
				c.fields[name+"."+key] = of
				c.order = append(c.order, name+"."+key)
			}
		}
		for _, key := range inlineMap(defaults.Field(i)).MapKeys() { // those that have a default
			c.fields[name+"."+key.String()] = reflect.TypeFor[string]()
			c.order = append(c.order, name+"."+key.String())
		}
	}
}

// grouped puts the lines of one setting together, in the order of the file.
func grouped(entries []entry) (groups [][]entry) {
	index := map[[2]string]int{}
	for _, e := range entries {
		name := [2]string{e.section, e.key}
		if at, ok := index[name]; ok {
			groups[at] = append(groups[at], e)
			continue
		}
		index[name] = len(groups)
		groups = append(groups, []entry{e})
	}
	// So that what the older section says is there first.
	slices.SortStableFunc(groups, func(a, b []entry) int { return older(b) - older(a) })
	return groups
}

func older(group []entry) int {
	if group[0].section == olderResetSection {
		return 1
	}
	return 0
}

// take reads a setting, which a list may spread over several lines.
func (c *converter) take(group []entry) {
	first := group[0]
	refuse := func(e entry, format string, args ...any) {
		c.notes = append(c.notes, Note{Line: e.line, Section: e.section, Key: e.key, Reason: fmt.Sprintf(format, args...)})
	}
	section := first.section
	if section == olderResetSection {
		section = resetSection
	}
	of, isMap := c.fields[section], true
	if of == nil || of.Kind() != reflect.Map {
		of, isMap = c.fields[section+"."+first.key], false
	} else {
		of = of.Elem()
	}
	if of == nil {
		reason, isIgnored := reasonFor(section, first.key)
		for _, e := range group {
			c.notes = append(c.notes, Note{Line: e.line, Section: e.section, Key: e.key, Reason: reason, Ignored: isIgnored})
		}
		return
	}
	for _, before := range c.taken {
		if before.section == section && before.key == first.key {
			refuse(first, "section %s says it already, in line %d", olderResetSection, before.line)
			return
		}
	}
	isList := of == reflect.TypeFor[[]string]()
	for _, again := range group[1:] {
		if !isList {
			refuse(again, "it is there already, in line %d", first.line)
		} else {
			first.items = append(first.items, again.items...)
		}
	}
	if strings.HasPrefix(first.value, "$") && isVariable.MatchString(first.value) {
		refuse(first, "its value comes from an environment variable: set GATEHOUSE_SSO_%s instead", strings.ToUpper(section+"_"+first.key))
		return
	}
	if first.value == "" && len(first.items) == 0 && !isList && !isMap {
		return // as in a file that leaves it out
	}
	if section == "main" && first.key == "smtp_conn" {
		refuse(first, "describe this connection in the section smtp of the new file, with sso.password_reset.email_from, and then set sso.main.smtp_conn to its name: see configs/gatehouse.yaml")
		return
	}
	value, err := convert(first, of)
	if err != nil {
		refuse(first, "%v", err)
		return
	}
	c.taken = append(c.taken, setting{section, first.key, first.line, value})
}

var isVariable = regexp.MustCompile(`^\$[A-Z_][A-Z0-9_]*$`)

// convert reads a value of a type. Its errors do not repeat the value.
func convert(e entry, of reflect.Type) (reflect.Value, error) {
	value := reflect.New(of).Elem()
	switch {
	case of == reflect.TypeFor[[]string]():
		value.Set(reflect.ValueOf(append([]string{}, e.items...)))
	case of.Kind() == reflect.String:
		value.SetString(strings.TrimSpace(e.value))
	case of.Kind() == reflect.Bool:
		switch strings.ToLower(strings.TrimSpace(e.value)) {
		case "true", "yes", "on", "1":
			value.SetBool(true)
		case "false", "no", "off", "0":
		default:
			return value, errors.New("its value is not True or False")
		}
	case of.Kind() == reflect.Int:
		number, err := strconv.Atoi(strings.TrimSpace(e.value))
		if err != nil {
			return value, errors.New("its value is not a whole number")
		}
		value.SetInt(int64(number))
	default:
		if yaml.Load([]byte(e.value), value.Addr().Interface(), yaml.WithKnownFields()) != nil {
			return value, errors.New("its value is not one for this setting")
		}
	}
	return value, nil
}

// settings returns the defaults with all that was taken.
func (c *converter) settings() Settings {
	made := c.newSettings()
	root := reflect.ValueOf(made).Elem()
	for _, s := range c.taken {
		section := fieldOf(root, s.section)
		if section.Kind() != reflect.Map {
			if field := fieldOf(section, s.key); field.IsValid() {
				field.Set(s.value)
			} else {
				inlineMap(section).SetMapIndex(reflect.ValueOf(s.key), s.value)
			}
			continue
		}
		if section.IsNil() {
			section.Set(reflect.MakeMap(section.Type()))
		}
		section.SetMapIndex(reflect.ValueOf(s.key), s.value)
	}
	return made
}

// inlineMap returns the texts that a section has beside its fields; a section
// that has none, an empty map.
func inlineMap(section reflect.Value) reflect.Value {
	for i := range section.NumField() {
		if field := section.Type().Field(i); field.Type == reflect.TypeFor[map[string]string]() && field.Tag.Get("yaml") == ",inline" {
			return section.Field(i)
		}
	}
	return reflect.ValueOf(map[string]string{})
}

// fieldOf returns a setting by its name; none, where it is one of an inline map.
func fieldOf(of reflect.Value, name string) reflect.Value {
	for i := range of.NumField() {
		if settings.Name(of.Type().Field(i)) == name {
			return of.Field(i)
		}
	}
	return reflect.Value{}
}

// dropCulprit gives back a setting without which less is wrong: one that needs
// another, which the file does not have.
func (c *converter) dropCulprit(wrong error) bool {
	taken, faults := c.taken, parts(wrong)
	for i, one := range taken {
		c.taken = slices.Delete(slices.Clone(taken), i, i+1)
		left := parts(c.settings().Check())
		if len(left) >= len(faults) {
			continue
		}
		c.notes = append(c.notes, Note{Line: one.line, Section: one.section, Key: one.key, Reason: "refused: " + faults[0].Error()})
		return true
	}
	c.taken = taken
	return false
}

// dropRefused gives back what Check refuses: the settings that it names or,
// where those have their defaults, the rest of their sections.
func (c *converter) dropRefused() error {
	for {
		err := c.settings().Check()
		if err == nil {
			return nil
		}
		dropped := false
		for _, fault := range parts(err) {
			path, reason, _ := strings.Cut(strings.TrimPrefix(fault.Error(), "sso."), ": ")
			section, _, _ := strings.Cut(path, ".")
			for _, belongs := range []func(setting) bool{
				func(s setting) bool { return s.path() == path },
				func(s setting) bool { return s.section == section },
			} {
				rest := slices.DeleteFunc(slices.Clone(c.taken), func(s setting) bool {
					if belongs(s) {
						c.notes = append(c.notes, Note{Line: s.line, Section: s.section, Key: s.key, Reason: "refused: " + reason})
					}
					return belongs(s)
				})
				if len(rest) < len(c.taken) {
					c.taken, dropped = rest, true
					break
				}
			}
		}
		if !dropped && !c.dropCulprit(err) {
			return fmt.Errorf("what the file says cannot be told apart from what is wrong: %w", err)
		}
	}
}

func parts(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// write writes the configuration, in the order of the settings.
func (c *converter) write(name string) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Settings of %q, as \"gatehouse config import\" has read them. All others\n# keep their defaults.\n", name)
	if len(c.notes) > 0 {
		out.WriteString("#\n# Not taken:\n")
	}
	for _, note := range c.notes {
		fmt.Fprintf(&out, "#   line %d: %s\n", note.Line, commentText(note.String()))
	}
	if len(c.taken) == 0 {
		return out.Bytes(), nil
	}
	out.WriteString("\n# hash_secret.algorithm is argon2id unless it says otherwise: pbkdf2-sha512 is for\n# as long as a Zato server uses the same database.\nsso:\n")
	section := ""
	for _, path := range c.order {
		for _, s := range c.taken {
			if s.path() != path && s.section != path {
				continue
			}
			if s.section != section {
				section = s.section
				fmt.Fprintf(&out, "  %s:\n", section)
			}
			text, err := yaml.Dump(map[string]any{s.key: s.value.Interface()})
			if err != nil {
				return nil, err
			}
			for line := range bytes.Lines(text) {
				out.WriteString("    " + string(line))
			}
		}
	}
	return out.Bytes(), nil
}

// commentText keeps a key of the file from ending a comment.
func commentText(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
