package runtime

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/settings"
	"gatehouse/runtime/internal/similar"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/secret"
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

// testPrefix begins variables of the tests of this project, which are none of
// the program's.
const testPrefix = environmentPrefix + "TEST_"

// ReadEnvironment reads settings from variables, as os.Environ lists them, over
// those of the file. Values are YAML, text is taken as it is, and lists may be
// written with commas alone. It knows the settings of the runtime at once;
// those of plugins are kept for their sections. A database that is empty is as if
// it were not set. Open, or CheckEnvironment,
// refuses variables that then are no setting's.
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
	} else if c.environment[VariableOf("database")] == "" {
		delete(c.environment, VariableOf("database")) // nobody means SQLite by a variable that is empty
	}
	if err := c.override("", reflect.ValueOf(c).Elem()); err != nil {
		return err
	}
	c.known = append(variablesOf("", reflect.TypeFor[Config]()), DatabaseVariable, secret.KeyVariable)
	if c.environment[DatabaseVariable] != "" {
		c.overridden["database"] = DatabaseVariable
	}
	return nil
}

// CheckEnvironment refuses variables that begin as ours do and are no setting's,
// neither of the runtime nor of plugins. Open does the same: this is for who
// opens nothing. It calls Configure of the plugins, which cannot be opened any
// more.
func (c *Config) CheckEnvironment(plugins ...Plugin) error {
	asked := *c
	for _, plugin := range plugins {
		asked.ask(plugin)
	}
	return asked.unknownVariables()
}

// ask learns the settings of a plugin, which is good for nothing else then.
func (c *Config) ask(plugin Plugin) {
	_ = plugin.Configure(func(dst any) error { // whose error is the one of this function
		c.learn(plugin.Name(), dst)
		return errors.New("only asked")
	})
}

// Replaced says that settings were set otherwise, after the file and the
// environment were read: errors no longer name these.
func (c *Config) Replaced(settings ...string) {
	for _, setting := range settings {
		delete(c.overridden, setting)
		delete(c.lines, setting)
	}
	c.replaced = append(slices.Clip(c.replaced), settings...)
}

// Variables lists the environment variables that settings and secrets were read
// from, but for those of some sections or settings.
func (c *Config) Variables(but ...string) []string {
	but = append(slices.Clip(but), c.replaced...)
	if c.KeyFile != "" { // which goes before the variable
		but = append(but, "secret_key")
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.environment)) {
		setting := name
		if name == DatabaseVariable {
			setting = VariableOf("database")
		} else if name == VariableOf("database") && c.environment[DatabaseVariable] != "" {
			continue // which stands for the other
		}
		isLeftOut := func(but string) bool {
			return setting == VariableOf(but) || strings.HasPrefix(setting, VariableOf(but)+"_")
		}
		if c.environment[name] != "" && !c.isOfTestsOrLinks(name) && !slices.ContainsFunc(but, isLeftOut) {
			names = append(names, name)
		}
	}
	return names
}

// overrideSection reads the variables of a plugin's section.
func (c *Config) overrideSection(name string, dst any) error {
	if !c.learn(name, dst) {
		return nil
	}
	return c.override(name+".", reflect.ValueOf(dst).Elem())
}

// learn notes the variables of a plugin's section, and reports whether it has
// settings to speak of.
func (c *Config) learn(name string, dst any) bool {
	value := reflect.ValueOf(dst)
	if value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Struct {
		c.opaque = append(slices.Clip(c.opaque), name)
		return false
	}
	c.known = append(slices.Clip(c.known), variablesOf(name+".", value.Elem().Type())...)
	if !slices.Contains(c.learnt, name) {
		c.learnt = slices.Concat(c.learnt, []string{name}, settings.Paths(value.Elem().Type(), name))
	}
	return true
}

// variablesOf lists the variables of all settings that a struct has.
func variablesOf(path string, group reflect.Type) (variables []string) {
	for i := range group.NumField() {
		field := group.Field(i)
		name := settings.Name(field)
		if name == "" {
			continue
		}
		isGroup, isSetting := settings.KindOf(field.Type)
		if isSetting {
			variables = append(variables, VariableOf(path+name))
		}
		if isGroup {
			variables = append(variables, variablesOf(path+name+".", field.Type)...)
		}
	}
	return variables
}

// override sets the settings of a struct that there are variables for.
func (c *Config) override(path string, group reflect.Value) (err error) {
	for i := range group.NumField() {
		field := group.Type().Field(i)
		name := settings.Name(field)
		if name == "" {
			continue
		}
		setting := path + name
		isGroup, isSetting := settings.KindOf(field.Type)
		if isSetting {
			err = errors.Join(err, c.overrideOne(setting, group.Field(i), isGroup))
		}
		if isGroup {
			err = errors.Join(err, c.override(setting+".", group.Field(i)))
		}
	}
	return err
}

// overrideOne sets a setting that there is a variable for. One that is a group as
// well keeps what the variable does not say.
func (c *Config) overrideOne(setting string, into reflect.Value, isGroup bool) error {
	variable := VariableOf(setting)
	text, ok := c.environment[variable]
	if !ok {
		return nil
	}
	if fault := c.setFromText(setting, into, text, isGroup); fault != nil {
		return fault
	}
	if c.overridden == nil {
		c.overridden = map[string]string{}
	}
	c.overridden[setting] = variable
	return nil
}

// unknownVariables finds variables that are no setting's.
func (c *Config) unknownVariables() error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(c.environment)) {
		if slices.Contains(c.known, name) || c.isOfOthers(name) {
			continue
		}
		// Names are told, values never.
		hint := similar.Hint(name, c.known)
		if hint == "" {
			hint = c.withoutItsSection(name)
		}
		faults = append(faults, fmt.Errorf("environment variable %s: there is no such setting%s", name, hint))
	}
	return errors.Join(faults...)
}

// withoutItsSection tells which variable is meant by one that has the section and
// the setting alone, such as GATEHOUSE_APPS_ALL; "" if that is not plain.
func (c *Config) withoutItsSection(name string) string {
	rest, _ := strings.CutPrefix(name, environmentPrefix)
	var meant []string
	for _, known := range c.known {
		if strings.Contains(rest, "_") && strings.HasSuffix(known, "_"+rest) && !slices.Contains(meant, known) {
			meant = append(meant, known)
		}
	}
	if len(meant) != 1 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", meant[0])
}

// isOfOthers reports whether a variable is none of the program's settings, and
// meant to be there.
func (c *Config) isOfOthers(name string) bool {
	for _, section := range c.opaque {
		if strings.HasPrefix(name, VariableOf(section)+"_") {
			return true
		}
	}
	return mail.IsPasswordVariable(name) || c.isOfTestsOrLinks(name)
}

func (c *Config) isOfTestsOrLinks(name string) bool {
	return strings.HasPrefix(name, testPrefix) || isServiceLink(name, c.environment[name])
}

var (
	serviceLink = regexp.MustCompile(`^GATEHOUSE_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$`)
	servicePort = regexp.MustCompile(`^GATEHOUSE_(?:[A-Z0-9_]+_)?PORT$`)
	portURL     = regexp.MustCompile(`^(?:tcp|udp|sctp)://`)
)

// isServiceLink reports whether a variable is one that Kubernetes and Docker put
// into containers to tell where a service is, which may be named gatehouse or
// gatehouse-something.
func isServiceLink(name, value string) bool {
	return serviceLink.MatchString(name) || servicePort.MatchString(name) && portURL.MatchString(value)
}

// setFromText reads a setting from its variable. Lists may be written with
// commas alone; what a group has is kept where the text does not say.
func (c *Config) setFromText(name string, setting reflect.Value, text string, isGroup bool) error {
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
	fault := func(err error) error { return fmt.Errorf("environment variable %s: %w", VariableOf(name), err) }
	fresh := reflect.New(setting.Type()) // lists and maps are replaced, not added to
	if isGroup {
		fresh.Elem().Set(setting)
	}
	var node yaml.Node
	if err := yaml.Load([]byte(text), &node); err != nil || strings.TrimSpace(text) == "" {
		return fault(fmt.Errorf("%s: is empty or not YAML: it takes %s", name, settings.Takes(setting.Type())))
	}
	var faults []error
	for _, misfit := range settings.Misfits(&node, setting.Type(), name, c.paths(), false) {
		faults = append(faults, fault(misfit))
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	if err := node.Load(fresh.Interface(), yaml.WithKnownFields()); err != nil {
		return fault(fmt.Errorf("%s: cannot be read: it takes %s", name, settings.Takes(setting.Type())))
	}
	setting.Set(fresh.Elem())
	return nil
}
