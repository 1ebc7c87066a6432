// Package sync is the generic code of the standard package of its name, as
// scripts get it.
package sync

import "sync"

func OnceValue[T any](f func() T) func() T {
	var once sync.Once
	var value T
	return func() T {
		once.Do(func() { value = f() })
		return value
	}
}

func OnceValues[T1, T2 any](f func() (T1, T2)) func() (T1, T2) {
	var once sync.Once
	var v1 T1
	var v2 T2
	return func() (T1, T2) {
		once.Do(func() { v1, v2 = f() })
		return v1, v2
	}
}
