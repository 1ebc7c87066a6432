package compile_test

import (
	"bytes"
	"strings"
	"testing"
)

// TestPrintEndless prints what compiled code would print until its stack is
// full: values that hold themselves through interfaces of the script's.
func TestPrintEndless(t *testing.T) {
	var out bytes.Buffer
	loaded, err := load(&out, "services", source(`package services

import "fmt"

type named interface{ Name() string }

type list []named

func (l list) Name() string { return "list" }

type holder struct{ inner named }

func Run() {
	l := list{nil, nil}
	l[0], l[1] = l, l
	fmt.Printf("%+v\n", holder{l})
	fmt.Printf("%v\n", &holder{l})
}
`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loaded.call("Run"); err != nil || strings.Count(out.String(), "holds itself") != 2 {
		t.Errorf("%v: %.500s", err, out.String())
	}
}
