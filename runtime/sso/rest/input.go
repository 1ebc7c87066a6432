package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/sso"
)

// errBadRequest is the answer to a request that lacks a required element, or
// has one of a type that cannot be text.
var errBadRequest = errors.New("bad request")

// input reads the elements of a request as its definition declares them. The
// last one that is missing, or is of a wrong type, makes it faulty; what a
// handler then returns does not count.
type input struct {
	definition *definition
	elements   map[string]any
	request    *http.Request
	fault      error

	noted func(name string) // is told what is read, in a test
}

func (in *input) note(name string) {
	if in.noted != nil {
		in.noted(name)
	}
}

// find returns an element's declaration and its value.
func (in *input) find(name string) (declared *element, value any, isPresent bool) {
	in.note(name)
	value, isPresent = in.elements[name]
	return in.definition.element(name), value, isPresent
}

// text returns an element as text; null, and one that may be missing and is, is
// "".
func (in *input) text(name string) string {
	declared, value, isPresent := in.find(name)
	if !isPresent && declared.isRequired {
		in.fault = fmt.Errorf("%w: element %q is missing", errBadRequest, name)
	}
	return in.asText(name, value)
}

func (in *input) asText(name string, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case json.Number:
		return value.String()
	}
	in.fault = fmt.Errorf("%w: element %q is not text", errBadRequest, name)
	return ""
}

// texts returns a list of texts, and false where the element is no list, which
// is as if it were missing.
func (in *input) texts(name string) ([]string, bool) {
	_, value, _ := in.find(name)
	list, isList := value.([]any)
	var texts []string
	for _, one := range list {
		texts = append(texts, in.asText(name, one))
	}
	return texts, isList
}

// What identifies the caller: an application and, under one of two names, the
// token of a session. Which of it is required differs.
var (
	currentApp = required("current_app")
	neededApp  = needed("current_app")

	byUST        = []element{currentApp, required("ust")}
	inSession    = []element{currentApp, needed("ust")}
	byCurrentUST = []element{currentApp, needed("current_ust")}
)

// call reads who calls, with a UST of the given name.
func (in *input) call(ust string) sso.Call {
	call := in.anonymous()
	call.UST = in.text(ust)
	return call
}

// anonymous reads who calls, without a UST.
func (in *input) anonymous() sso.Call {
	return sso.Call{
		CID:        channel.CID(in.request.Context()),
		App:        in.text("current_app"),
		RemoteAddr: channel.RemoteAddr(in.request),
		UserAgent:  in.request.UserAgent(),
	}
}
