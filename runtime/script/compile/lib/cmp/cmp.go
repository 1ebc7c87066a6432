// Package cmp is the generic code of the standard package of its name, as
// scripts get it.
package cmp

import "cmp"

func Less[T cmp.Ordered](x, y T) bool { return (x != x && y == y) || x < y }

func Compare[T cmp.Ordered](x, y T) int {
	if x < y || (x != x && y == y) {
		return -1
	}
	if x > y || (x == x && y != y) {
		return 1
	}
	return 0
}

func Or[T comparable](vals ...T) T {
	var zero T
	for i := 0; i < len(vals); i++ {
		if vals[i] != zero {
			return vals[i]
		}
	}
	return zero
}
