package sso

import (
	"fmt"
	"slices"
)

// Key is one key of the data that a call takes. The tables of them are what data
// is read by, and what the documentation of the REST paths is made of.
type Key struct {
	Name string
	Kind Kind

	// Needed keys are refused by the rules where they are missing.
	Needed bool

	// Nullable keys may be NULL: which clears something, or stands for the
	// default.
	Nullable bool

	// Values are all that a text may be; nil is any.
	Values []string

	// Default is what a missing key stands for; nil is nothing.
	Default any
}

// Kind is the kind of a key's value.
type Kind int

// The kinds.
const (
	Text     Kind = iota
	Boolean       // bool
	Instant       // time.Time
	Days          // a number of days, up to MaxDays
	Seconds       // a number of seconds, up to MaxSeconds
	Count         // a number of things, up to MaxDays
	TextList      // a list of texts, or one alone
	Anything      // whatever JSON can hold
	Moment        // a time.Time, or how long ago it was: 30m, 24h, 2d
	Serial        // the ID of a row: a number from 0 on
)

// field ties a key to the field that it fills. set reports whether a value's
// type fits.
type field struct {
	Key
	set func(value any, read reading) bool
}

// textField and booleanField have NULL stand for the default.
func textField(name string, dst *string) field {
	return field{Key{Name: name, Kind: Text, Nullable: true}, func(value any, read reading) bool {
		return assignOrDefault(dst, value, read.text)
	}}
}

func booleanField(name string, dst *bool) field {
	return field{Key{Name: name, Kind: Boolean, Nullable: true}, func(value any, read reading) bool {
		return assignOrDefault(dst, value, read.boolean)
	}}
}

func nullableField(name string, dst *Optional[string]) field {
	return field{Key{Name: name, Kind: Text, Nullable: true}, func(value any, read reading) bool {
		return assign(dst, value, read.text)
	}}
}

func (f field) needed() field {
	f.Needed, f.Nullable = true, false
	return f
}

// orElse says what a key stands for that is missing.
func (f field) orElse(value any) field {
	f.Default = value
	return f
}

func keysOf(fields []field) []Key {
	keys := make([]Key, len(fields))
	for i, field := range fields {
		keys[i] = field.Key
	}
	return keys
}

// fill sets fields to what data has of them, and returns what is wrong with the
// values that do not fit, in the words of say.
func fill(fields []field, data map[string]any, read reading, say func(f field, value any) string) (problems []string) {
	for _, f := range fields {
		if value, present := data[f.Name]; present && !f.set(value, read) {
			problems = append(problems, say(f, value))
		}
	}
	return problems
}

// wrongType says of a value that does not fit what it is.
func wrongType(f field, value any) string { return fmt.Sprintf("%s does not take a %T", f.Name, value) }

// noBoolean says of a value that it is no boolean, where texts may stand for
// booleans: it is of no use to hear that it is a text.
func noBoolean(f field, _ any) string { return f.Name + " takes true or false, yes or no, 1 or 0" }

// unknownKeys says which keys of data are none of fields'.
func unknownKeys(fields []field, data map[string]any) (problems []string) {
	for name := range data {
		if !slices.ContainsFunc(fields, func(f field) bool { return f.Name == name }) {
			problems = append(problems, unknownKey(name))
		}
	}
	return problems
}

func unknownKey(name string) string { return fmt.Sprintf("there is no key %q", printable(name)) }
