// Package words puts numbers into messages.
package words

import "fmt"

// Counted says how many there are of something: 1 second, 2 seconds.
func Counted[N ~int | ~int64](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
