package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestJSONIsForTerminals has JSON written in which a terminal finds nothing to
// obey, and which reads as what it was.
func TestJSONIsForTerminals(t *testing.T) {
	const said = "é ✓ \x1b[31m \u009b31m \x7f \u202e\u2066 \u2028 \u200b \U000e0001 \U0001f512 <&>"
	var line strings.Builder
	if err := writeJSON(&line, map[string]string{"said": said}); err != nil {
		t.Fatal(err)
	}
	const want = `{"said":"é ✓ \u001b[31m \u009b31m \u007f \u202e\u2066 \u2028 \u200b \udb40\udc01 🔒 \u003c\u0026\u003e"}` + "\n"
	if line.String() != want {
		t.Errorf("%q, want %q", line.String(), want)
	}
	var read map[string]string
	if err := json.Unmarshal([]byte(line.String()), &read); err != nil || read["said"] != said {
		t.Errorf("%q, %v", read["said"], err)
	}
}
