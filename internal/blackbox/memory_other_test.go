//go:build !linux

package blackbox

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// residentMemory returns the memory of a process, in bytes.
func residentMemory(t *testing.T, pid int) int64 {
	t.Helper()
	printed, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		t.Fatalf("ps: %v", err)
	}
	kilobytes, err := strconv.ParseInt(strings.TrimSpace(string(printed)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
