package rest

import (
	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

// element is a declared element of a request.
type element struct {
	sso.Key

	// isRequired has a request without the element be a bad one. (A Needed one
	// is refused by the SSO, in its turn.)
	isRequired bool

	// about is what the element means here; "" is what the glossary says.
	about string

	// schema is for what no Kind is.
	schema *openapi.Schema

	// table is the table that the element is from, which then reads it.
	table any
}

// ofCaller is a user_id that may be missing.
func ofCaller() element {
	return optional("user_id").meaning(aboutCaller)
}

const aboutCaller = "ID of the user. Where it is missing, null or empty, that is the caller."

// required, needed and optional declare an element: without a required one a
// request is a bad one, and without a needed one the SSO refuses it. Both are
// texts.
func required(name string) element {
	return element{Key: sso.Key{Name: name}, isRequired: true}
}

func needed(name string) element {
	return element{Key: sso.Key{Name: name, Needed: true}}
}

func optional(name string) element {
	return element{Key: sso.Key{Name: name, Nullable: true}}
}

// orNull has an element take null.
func (e element) orNull() element {
	e.Nullable = true
	return e
}

// oneOf lists all that an element may be.
func (e element) oneOf(values ...string) element {
	e.Values = values
	return e
}

// meaning says what an element is in this operation.
func (e element) meaning(about string) element {
	e.about = about
	return e
}

// elements puts elements and lists of them together.
func elements(parts ...any) []element {
	var all []element
	for _, part := range parts {
		switch part := part.(type) {
		case element:
			all = append(all, part)
		case []element:
			all = append(all, part...)
		default:
			panic("rest: neither an element nor a list of them")
		}
	}
	return all
}

// meaning says what some of several elements are in this operation.
func meaning(elements []element, abouts map[string]string) []element {
	for i := range elements {
		if about := abouts[elements[i].Name]; about != "" {
			elements[i].about = about
		}
	}
	return elements
}

// table is the data of a call as the SSO declares and reads it.
type table[T any] struct {
	keys  []sso.Key
	parse func(map[string]any) T
}

// The tables.
var (
	updateTable         = &table[sso.UserPatch]{sso.KeysOfUpdate(), sso.PatchFromJSON}
	newUserTable        = &table[sso.NewUser]{sso.KeysOfNewUserJSON(), sso.NewUserFromJSON}
	searchTable         = &table[sso.SearchCriteria]{sso.KeysOfSearch(), sso.SearchFromJSON}
	signupTable         = &table[sso.Signup]{sso.KeysOfSignup(), sso.SignupFromJSON}
	passwordChangeTable = &table[sso.PasswordChange]{sso.KeysOfPasswordChange(), sso.PasswordChangeFromJSON}
	auditTable          = &table[sso.AuditCriteria]{sso.KeysOfAudit(), sso.AuditFromJSON}
	attributeTable      = &table[[]sso.AttributeChange]{sso.KeysOfAttribute(), sso.AttributesFromJSON}
	attributeQueryTable = &table[sso.AttributeQuery]{sso.KeysOfAttributeQuery(), sso.AttributeQueryFromJSON}
	linkTable           = &table[sso.NewLink]{sso.KeysOfNewLink(), sso.NewLinkFromJSON}
)

// elements declares the keys of the table, of which some are required.
func (t *table[T]) elements(required ...string) []element {
	declared := make([]element, len(t.keys))
	for i, key := range t.keys {
		declared[i] = element{Key: key, table: t}
		for _, name := range required {
			declared[i].isRequired = declared[i].isRequired || name == key.Name
		}
	}
	return declared
}

// read reads the data of a call.
func (t *table[T]) read(in *input) T {
	declares := false
	for i := range in.definition.elements {
		e := &in.definition.elements[i]
		if e.table != any(t) {
			continue
		}
		declares = true
		if e.isRequired {
			in.text(e.Name)
		}
		in.note(e.Name)
	}
	if !declares {
		panic("rest: " + in.definition.id + " reads a table that it does not declare")
	}
	return t.parse(in.elements)
}
