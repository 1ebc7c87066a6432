package sso

// Optional is a value in a patch: absent, null or set. The zero Optional is
// absent.
type Optional[T any] struct {
	value   T
	present bool
	null    bool
}

// Some returns an Optional that sets a value.
func Some[T any](value T) Optional[T] { return Optional[T]{value: value, present: true} }

// Null returns an Optional that sets NULL.
func Null[T any]() Optional[T] { return Optional[T]{present: true, null: true} }

// IsPresent reports whether the key was given at all, with a value or with
// NULL.
func (o Optional[T]) IsPresent() bool { return o.present }

// IsNull reports whether the key was given with NULL.
func (o Optional[T]) IsNull() bool { return o.null }

// Get returns the value, and whether there is one: false for absent and null.
func (o Optional[T]) Get() (T, bool) { return o.value, o.present && !o.null }
