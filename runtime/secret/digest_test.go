package secret_test

import (
	"fmt"
	"testing"

	"gatehouse/runtime/secret"
)

// TestDigest has digests that are in databases stay what they are.
func TestDigest(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	const want = "4d5775d0efd9e41aeafb2219922efbea0c7e87db591a3e3e2642e8e41fb2359e"
	if got := fmt.Sprintf("%x", secret.Digest(key, "password", "żółw", "")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if secret.Digest(key, "ab", "c") == secret.Digest(key, "a", "bc") {
		t.Error("texts that are divided otherwise have the same digest")
	}
}
