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
	var methods []reflect.Method
	for _, api := range []reflect.Type{reflect.TypeFor[sso.UserAPI](), reflect.TypeFor[sso.SessionAPI](), reflect.TypeFor[sso.AttributeAPI]()} {
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
