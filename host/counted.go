package main

import "fmt"

// counted says how many there are of something: 1 entry, 2 entries.
func counted[N int | int64](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
