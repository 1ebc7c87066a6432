package runtime

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// environmentPrefix begins the variables that hold settings: services.timeout
// is GATEHOUSE_SERVICES_TIMEOUT, sso.password.min_length is
// GATEHOUSE_SSO_PASSWORD_MIN_LENGTH.
const environmentPrefix = "GATEHOUSE_"

// DatabaseVariable holds the setting database, as GATEHOUSE_DATABASE does.
const DatabaseVariable = environmentPrefix + "DATABASE_URL"

// VariableOf returns the environment variable of a setting, by its path.
func VariableOf(setting string) string {
	return environmentPrefix + strings.ToUpper(strings.ReplaceAll(setting, ".", "_"))
}

// ReadEnvironment reads settings from variables, as os.Environ lists them, over
// those of the file. Values are YAML, text is taken as it is, and lists may be
// written with commas alone. It knows the settings of the runtime at once;
// those of plugins are kept for their sections.
func (c *Config) ReadEnvironment(environ []string) error {
	c.environment = map[string]string{}
	for _, variable := range environ {
		if name, value, ok := strings.Cut(variable, "="); ok && strings.HasPrefix(name, environmentPrefix) {
			c.environment[name] = value
		}
	}
	if url, ok := c.environment[DatabaseVariable]; ok && url != "" {
		if other := c.environment[VariableOf("database")]; other != "" && other != url {
			return fmt.Errorf("environment variables %s and %s differ: give one of them", DatabaseVariable, VariableOf("database"))
		}
		c.environment[VariableOf("database")] = url
	}
	known, err := c.override("", reflect.ValueOf(c).Elem())
	if err != nil {
		return err
	}
	if c.environment[DatabaseVariable] != "" {
		c.overridden["database"] = DatabaseVariable
	}
	for i := range reflect.TypeFor[Config]().NumField() {
		field := reflect.TypeFor[Config]().Field(i)
		if name := settingOf(field); name != "" && field.Type.Kind() == reflect.Struct {
			err = errors.Join(err, c.unknownVariables(name, known))
		}
	}
	return err
}

// Replaced says that settings were set otherwise, after the file and the
// environment were read: errors no longer name these.
func (c *Config) Replaced(settings ...string) {
	for _, setting := range settings {
		delete(c.overridden, setting)
		delete(c.lines, setting)
	}
}

// overrideSection reads the variables of a plugin's section.
func (c *Config) overrideSection(name string, dst any) error {
	value := reflect.ValueOf(dst)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		return nil // of a form that has no settings to speak of
	}
	known, err := c.override(name+".", value.Elem())
	return errors.Join(err, c.unknownVariables(name, known))
}

// override sets the settings of a struct that there are variables for, and
// lists the variables of all settings that it has.
func (c *Config) override(path string, settings reflect.Value) (known []string, err error) {
	for i := range settings.NumField() {
		field := settings.Type().Field(i)
		name := settingOf(field)
		if name == "" {
			continue
		}
		setting := path + name
		if isGroup, isSetting := kindOf(field.Type); isSetting {
			known = append(known, VariableOf(setting))
			err = errors.Join(err, c.overrideOne(setting, settings.Field(i), isGroup))
			if !isGroup {
				continue
			}
		}
		below, belowErr := c.override(setting+".", settings.Field(i))
		known, err = append(known, below...), errors.Join(err, belowErr)
	}
	return known, err
}

// overrideOne sets a setting that there is a variable for. One that is a group as
// well keeps what the variable does not say.
func (c *Config) overrideOne(setting string, into reflect.Value, isGroup bool) error {
	variable := VariableOf(setting)
	text, ok := c.environment[variable]
	if !ok {
		return nil
	}
	if fault := setFromText(into, text, isGroup); fault != nil {
		return fmt.Errorf("environment variable %s: %w", variable, fault)
	}
	if c.overridden == nil {
		c.overridden = map[string]string{}
	}
	c.overridden[setting] = variable
	return nil
}

// unknownVariables finds variables that would belong to a section and are no
// setting of it.
func (c *Config) unknownVariables(section string, known []string) error {
	var faults []error
	for name := range c.environment {
		if strings.HasPrefix(name, VariableOf(section)+"_") && !slices.Contains(known, name) {
			faults = append(faults, fmt.Errorf("environment variable %s: there is no such setting in section %s", name, section))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}

// settingOf returns the name of the setting that a field holds; "" if none.
func settingOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	if !field.IsExported() || name == "-" {
		return ""
	}
	return name
}

// kindOf reports whether a type holds settings, is one, or both: a section that
// may as well be a switch.
func kindOf(t reflect.Type) (isGroup, isSetting bool) {
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return false, true
	}
	return true, reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]())
}

func setFromText(setting reflect.Value, text string, keep bool) error {
	if setting.Kind() == reflect.String {
		setting.SetString(text)
		return nil
	}
	if setting.Type() == reflect.TypeFor[[]string]() && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		var list []string
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		setting.Set(reflect.ValueOf(list))
		return nil
	}
	fresh := reflect.New(setting.Type()) // lists and maps are replaced, not added to
	if keep {
		fresh.Elem().Set(setting)
	}
	var node yaml.Node
	if err := yaml.Load([]byte(text), &node); err != nil || strings.TrimSpace(text) == "" {
		return errors.New("its value is empty or not YAML")
	}
	if err := node.Load(fresh.Interface(), yaml.WithKnownFields()); err != nil {
		return errors.New(withoutLine(inWords(err)))
	}
	setting.Set(fresh.Elem())
	return nil
}

// withoutLine takes away the place in a text that has one line.
func withoutLine(text string) string {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "line 1: "); ok {
		return rest
	}
	return text
}
