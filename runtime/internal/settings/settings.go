// Package settings has what the sections of configurations share: what their
// settings are called, how they are read, and how they are checked.
package settings

import (
	"fmt"
	"net"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// LoadSwitch reads a section that may as well be a switch: what any switch may be
// goes to enabled, anything else to the section.
func LoadSwitch(node *yaml.Node, enabled *bool, section any) error {
	if node.Kind == yaml.ScalarNode && node.Load(enabled) == nil {
		return nil
	}
	return node.Load(section, yaml.WithKnownFields())
}

// Fault is told what is wrong with a setting, by its name.
type Fault func(setting, format string, args ...any)

// Faults returns what a check of a section finds wrong, each setting by its path,
// which begins with the section's.
func Faults(section string, check func(Fault)) (faults []error) {
	check(func(setting, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s.%s: %w", section, setting, fmt.Errorf(format, args...)))
	})
	return faults
}

// Between finds fault with a number that is out of bounds.
func (f Fault) Between(setting string, value, least, most int) {
	if value < least || value > most {
		f(setting, "must be between %d and %d, not %d", least, most, value)
	}
}

// IsHostPort reports whether a text may be an address to serve on: what is none is
// told by its setting then, rather than by the system in words of its own.
func IsHostPort(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// Name returns the name of the setting that a field holds; "" if none.
func Name(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	if !field.IsExported() || name == "-" {
		return ""
	}
	return name
}

// Names lists the settings of a struct, or of what a pointer points to.
func Names(of reflect.Type) (names []string) {
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return nil
	}
	for i := range of.NumField() {
		if name := Name(of.Field(i)); name != "" {
			names = append(names, name)
		}
	}
	return names
}
