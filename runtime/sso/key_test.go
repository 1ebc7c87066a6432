package sso_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
)

// values are what scripts give for keys of each kind.
var values = map[sso.Kind]any{
	sso.Text: "x", sso.Boolean: true, sso.Instant: time.Date(2345, 1, 1, 0, 0, 0, 0, time.UTC),
	sso.Days: 1, sso.Seconds: 1, sso.Count: 1, sso.TextList: []string{"x"}, sso.Anything: []any{1},
	sso.Moment: "24h", sso.Serial: 1,
}

// TestKeys has all data of calls take what its keys say, and nothing of another
// kind.
func TestKeys(t *testing.T) {
	t.Parallel()
	patchProblem := func(data map[string]any) error {
		patch := sso.PatchFromMap(data)
		return patch.CheckKeys(true)
	}
	newUserProblem := func(data map[string]any) error {
		user := sso.NewUserFromMap(data)
		return user.Problem()
	}
	signupProblem := func(data map[string]any) error {
		signup := sso.SignupFromMap(data)
		return signup.Problem()
	}
	attributeProblem := func(data map[string]any) error { return sso.AttributesFromJSON(data)[0].Problem() }
	for name, c := range map[string]struct {
		keys    []sso.Key
		problem func(data map[string]any) error
	}{
		"update":   {sso.KeysOfUpdate(), patchProblem},
		"new user": {sso.KeysOfNewUser(), newUserProblem},
		"search":   {sso.KeysOfSearch(), func(data map[string]any) error { return sso.SearchFromMap(data).Problem() }},
		"audit": {sso.KeysOfAudit(), func(data map[string]any) error {
			criteria := sso.AuditFromMap(data)
			return criteria.Problem()
		}},
		"signup":          {sso.KeysOfSignup(), signupProblem},
		"password change": {sso.KeysOfPasswordChange(), func(data map[string]any) error { return sso.PasswordChangeFromMap(data).Problem() }},
		"attribute":       {sso.KeysOfAttribute(), attributeProblem},
	} {
		if len(c.keys) < 4 {
			t.Errorf("%s has only %d keys", name, len(c.keys))
		}
		for _, key := range c.keys {
			value := values[key.Kind]
			if key.Values != nil {
				value = key.Values[0]
			}
			if err := c.problem(map[string]any{key.Name: value}); err != nil {
				t.Errorf("%s: %s does not take %v: %v", name, key.Name, value, err)
			}
			if err := c.problem(map[string]any{key.Name: struct{}{}}); (err == nil) != (key.Kind == sso.Anything) {
				t.Errorf("%s: %s and a value of no kind: %v", name, key.Name, err)
			}
			// Needed ones are refused by rules that come later.
			if err := c.problem(map[string]any{key.Name: nil}); (err == nil) != key.Nullable && !key.Needed {
				t.Errorf("%s: %s and NULL: %v", name, key.Name, err)
			}
			if key.Default == nil {
				continue
			}
			if err := c.problem(map[string]any{key.Name: key.Default}); err != nil {
				t.Errorf("%s: %s does not take its default: %v", name, key.Name, err)
			}
		}
	}
}

// TestValues holds the values that keys list to the rules of the fields.
func TestValues(t *testing.T) {
	t.Parallel()
	patch := reflect.TypeFor[sso.UserPatch]()
	for _, key := range sso.KeysOfUpdate() {
		field, ok := patch.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, strings.ReplaceAll(key.Name, "_", "")) })
		if !ok {
			t.Errorf("no field is %s", key.Name)
			continue
		}
		var want []string
		if _, list, isListed := strings.Cut(field.Tag.Get("validate"), "oneof="); isListed {
			want = strings.Fields(list)
		}
		if !slices.Equal(key.Values, want) {
			t.Errorf("%s lists %v, its rule %v", key.Name, key.Values, want)
		}
	}
}

// TestUserFields holds the table of fields to what users really have.
func TestUserFields(t *testing.T) {
	t.Parallel()
	text, yes, now := "x", true, time.Now()
	full := sso.User{Email: &text, DisplayName: &text, FirstName: &text, MiddleName: &text, LastName: &text, TOTPLabel: &text,
		LockedTime: &now, LockedBy: &text, CreationCtx: &text, IsRateLimitActive: &yes, RateLimitType: &text, RateLimitDef: &text,
		RateLimitCheckParentDef: &yes, TOTPKey: &text}
	for _, reader := range []sso.Reader{sso.AsOwner, sso.AsSuperUser, sso.AsTrusted} {
		some, none := sso.SeenBy(full, reader).ToDict(), sso.SeenBy(sso.User{}, reader).ToDict()
		seen := 0
		for _, field := range sso.UserFields() {
			if field.Reader > reader {
				continue
			}
			seen++
			if value := none[field.Name]; (value == nil) != field.Nullable {
				t.Errorf("%s without a value is %v", field.Name, value)
			}
			_, isText := some[field.Name].(string)
			_, isBoolean := some[field.Name].(bool)
			if isText != (field.Kind == sso.Text || field.Kind == sso.Instant) || isBoolean != (field.Kind == sso.Boolean) {
				t.Errorf("%s is %v", field.Name, some[field.Name])
			}
			if value, _ := some[field.Name].(string); (len(value) >= len("2006-01-02T15:04:05")) != (field.Kind == sso.Instant) {
				t.Errorf("%s is %q", field.Name, value)
			}
		}
		if len(some) != seen {
			t.Errorf("the table has %d fields, there are %d", seen, len(some))
		}
	}
}
