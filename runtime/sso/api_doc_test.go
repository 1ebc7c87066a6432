package sso_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/sso"
)

// TestEveryCallIsDocumented holds the page of calls to the API that services
// see: each call, with as many arguments.
func TestEveryCallIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/sso.md")
	if err != nil {
		t.Fatal(err)
	}
	var methods []reflect.Method
	for _, api := range []reflect.Type{reflect.TypeFor[sso.UserAPI](), reflect.TypeFor[sso.SessionAPI](), reflect.TypeFor[sso.AttributeAPI](),
		reflect.TypeFor[sso.PasswordResetAPI](), reflect.TypeFor[sso.TOTPAPI](), reflect.TypeFor[sso.AuditAPI]()} {
		for i := range api.NumMethod() {
			methods = append(methods, api.Method(i))
		}
	}
	for _, method := range methods {
		want := method.Type.NumIn() - 1 // the first of its parameters is the receiver
		isThere := false
		for _, row := range strings.Split(string(text), "| `"+method.Name+"(")[1:] {
			arguments, _, _ := strings.Cut(row, ")`")
			isThere = isThere || strings.Count(arguments, ",")+1 == want
		}
		if !isThere {
			t.Errorf("%s with %d arguments is not documented", method.Name, want)
		}
	}
}

// TestEveryCodeIsDocumented holds the table of codes to the constants, and the
// page to the table.
func TestEveryCodeIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/sso.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("error.go")
	if err != nil {
		t.Fatal(err)
	}
	meanings := map[string]string{}
	for _, code := range sso.Codes() {
		meanings[string(code.Code)] = code.Meaning
	}
	codes := regexp.MustCompile(`(?m)^\t(\w+) +Code = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 30 || len(codes) != len(meanings) {
		t.Fatalf("found %d constants, and %d codes in the table", len(codes), len(meanings))
	}
	for _, code := range codes {
		row := "| " + code[2] + " | `" + code[1] + "` | " + meanings[code[2]] + " |"
		if meanings[code[2]] == "" || !strings.Contains(string(text), row) {
			t.Errorf("there is no row %q", row)
		}
	}
}

// TestEveryOperationIsListed holds the operations that the audit can be asked
// for, and the page that lists them, to the constants.
func TestEveryOperationIsListed(t *testing.T) {
	text, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("operation.go")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, key := range sso.KeysOfAudit() {
		if key.Name == "op" {
			listed = key.Values
		}
	}
	constants := regexp.MustCompile(`(?m)^\tOp\w+ += "(.+)"`).FindAllStringSubmatch(string(source), -1)
	if len(constants) < 40 || len(constants) != len(listed) {
		t.Fatalf("found %d constants, and %d operations that are listed", len(constants), len(listed))
	}
	for _, constant := range constants {
		if !slices.Contains(listed, constant[1]) || !strings.Contains(string(text), "`"+constant[1]+"`") {
			t.Errorf("%s is not listed", constant[1])
		}
	}
}
