package sso

import "reflect"

// Signup is what a user signs up with.
type Signup struct {
	Username string
	Password string
	Email    Optional[string]
	Apps     []string // that the user signs up to, beside that of the call

	problems []string // unknown keys and values of a wrong type
}

// KeysOfSignup lists the keys that a user signs up with.
func KeysOfSignup() []Key { return keysOf(new(Signup).fields()) }

// SignupFromMap makes a sign-up of a script's Dict. Unknown keys and values of
// a wrong type are kept, to be refused in their turn.
func SignupFromMap(data map[string]any) Signup {
	signup := signupFrom(data, strictReading)
	signup.problems = append(signup.problems, unknownKeys(signup.fields(), data)...)
	return signup
}

// SignupFromJSON makes a sign-up of a decoded JSON object, as leniently as
// PatchFromJSON does.
func SignupFromJSON(data map[string]any) Signup { return signupFrom(data, lenientReading) }

func (s *Signup) fields() []field {
	return []field{
		textField("username", &s.Username).needed(),
		textField("password", &s.Password).needed(),
		nullableField("email", &s.Email),
		{Key{Name: "app_list", Kind: TextList, Nullable: true}, func(value any, read reading) (ok bool) {
			s.Apps, ok = textList(value, read.text)
			return ok
		}},
	}
}

func signupFrom(data map[string]any, read reading) Signup {
	var signup Signup
	signup.problems = fill(signup.fields(), data, read, wrongType)
	return signup
}

// textList reads a list of texts, each of which it has once; a text alone is a
// list of one, nil and "" are none.
func textList(value any, read func(any) (string, bool)) ([]string, bool) {
	if value = dereference(value); value == nil {
		return nil, true
	}
	if text, ok := read(value); ok {
		if text == "" {
			return nil, true
		}
		return []string{text}, true
	}
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return nil, false
	}
	var list []string
	isThere := map[string]bool{}
	for i := range v.Len() {
		text, ok := read(v.Index(i).Interface())
		if !ok {
			return nil, false
		}
		if !isThere[text] {
			list = append(list, text)
		}
		isThere[text] = true
	}
	return list, true
}

// Problem returns one thing that is wrong with the keys or types of the data
// that a sign-up was made of, or nil.
func (s *Signup) Problem() error { return firstProblem(s.problems) }
