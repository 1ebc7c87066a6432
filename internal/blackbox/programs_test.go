package blackbox

import (
	"os/exec"
	"testing"
)

// testPython runs a client in Python, of its standard library alone.
func testPython(t *testing.T, h *host) { h.runProgram(t, "python3", "python3", "testdata/client.py") }

// testJavaScript runs a client in JavaScript, which sends GET without a body, as
// fetch can do no other.
func testJavaScript(t *testing.T, h *host) { h.runProgram(t, "node", "nodejs", "testdata/client.mjs") }

func (h *host) runProgram(t *testing.T, interpreter, debian, script string) {
	path, err := exec.LookPath(interpreter)
	if err != nil {
		t.Fatalf("%s is not installed, and tests that do not run prove nothing: apt-get install %s", interpreter, debian)
	}
	cmd := exec.Command(path, script, h.url, adminName, adminPassword, adminKey, "pubapi", pubapiPassword)
	cmd.SysProcAttr = dieWithTests()
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", script, err, output)
	}
}
