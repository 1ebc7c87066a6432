package services

import (
	"errors"
	"fmt"
	"io"
	"strconv"
)

type notFound struct{ ID string }

func (e *notFound) Error() string { return "no " + e.ID }

type code int

func (c code) Error() string { return fmt.Sprintf("code %d", int(c)) }
func find(id string) error {
	if id == "" {
		return code(7)
	}
	return fmt.Errorf("find: %w", &notFound{ID: id})
}

var errBase = errors.New("base")

func Run() {
	err := find("x")
	var nf *notFound
	if errors.As(err, &nf) {
		fmt.Println("as", nf.ID, nf)
	}
	var c code
	fmt.Println(errors.As(err, &c), errors.As(find(""), &c), int(c))
	wrapped := fmt.Errorf("a: %w", fmt.Errorf("b: %w", errBase))
	fmt.Println(errors.Is(wrapped, errBase), errors.Is(wrapped, io.EOF), wrapped)
	_, err = strconv.Atoi("x")
	var ne *strconv.NumError
	fmt.Println(errors.As(err, &ne), ne.Func)
	j := errors.Join(errBase, &notFound{"j"})
	fmt.Println(errors.As(j, &nf), nf.ID, errors.Is(j, errBase))
	if e, ok := errors.AsType[*notFound](j); ok {
		fmt.Println("astype", e.ID)
	}
	fmt.Println(err != nil, errors.Unwrap(wrapped))
}
