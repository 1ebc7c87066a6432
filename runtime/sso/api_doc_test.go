package sso_test

import (
	"os"
	"reflect"
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
	api := reflect.TypeFor[sso.UserAPI]()
	for i := range api.NumMethod() {
		method := api.Method(i)
		_, rest, found := strings.Cut(string(text), "| `"+method.Name+"(")
		arguments, _, _ := strings.Cut(rest, ")`")
		// The first of a method's parameters is its receiver.
		if got, want := strings.Count(arguments, ",")+1, method.Type.NumIn()-1; !found || got != want {
			t.Errorf("%s: documented with %d arguments (%s), has %d", method.Name, got, arguments, want)
		}
	}
}
