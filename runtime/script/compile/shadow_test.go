package compile_test

import (
	"strings"
	"testing"

	"gatehouse/runtime/script/compile"
)

func TestATypeNamedAsOneOfGosIsNotEmbedded(t *testing.T) {
	_, err := compiler.Compile("services", []compile.File{source("package services\n\ntype any struct{ n int }\n\ntype pair struct{ any }\n\nvar p pair\n")})
	if want := "services/x.go:5:19: services cannot embed a type that is called as one of Go's own, any"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
