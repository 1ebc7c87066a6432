package nesting_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"gatehouse/runtime/internal/nesting"
)

// token hides itself from logs alone.
type token string

func (token) LogValue() slog.Value { return slog.StringValue("HIDDEN") }

// pin hides itself where it is a pointer.
type pin struct{ Digits string }

func (*pin) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("length", 4), slog.Any("tokens", []token{"clear"}))
}

// endless hides itself in more of the same.
type endless struct{ token }

func (e endless) LogValue() slog.Value { return slog.GroupValue(slog.Any("again", e)) }

type account struct {
	Name   string `json:"name"`
	Token  token  `json:"token"`
	Skip   token  `json:"-"`
	own    token
	Parent *account `json:"parent"`
}

func log(t *testing.T, value any) (text, inJSON string) {
	t.Helper()
	var asText, asJSON bytes.Buffer
	for out, handler := range map[*bytes.Buffer]slog.Handler{
		&asText: slog.NewTextHandler(&asText, nil), &asJSON: slog.NewJSONHandler(&asJSON, nil),
	} {
		logger := slog.New(nesting.Handler{Handler: handler})
		logger.With("with", value).Info("x", "value", value, slog.Group("group", "inner", value))
		if strings.Contains(out.String(), "clear") || strings.Contains(out.String(), "[99 108 101 97 114]") {
			t.Errorf("%T: it is in the log: %s", value, out)
		}
	}
	return asText.String(), asJSON.String()
}

// TestWhatHidesItselfIsHiddenWhereItIsNested in all that a value may be nested in,
// for both handlers of package log/slog.
func TestWhatHidesItselfIsHiddenWhereItIsNested(t *testing.T) {
	t.Parallel()
	secret := token("clear")
	ring := &account{Name: "ring", Token: secret}
	ring.Parent = ring
	for _, value := range []any{
		secret, &secret, []token{secret}, []*token{&secret}, [1]token{secret}, map[string]token{"a": secret}, map[token]int{secret: 1},
		[]any{secret, 1}, map[string]any{"a": []any{map[string]any{"b": secret}}}, struct{ Token token }{secret}, &struct{ Token any }{secret},
		account{Name: "jane", Token: secret, Skip: secret, own: secret}, []account{{own: secret}}, []any{&account{Token: secret}},
		ring, []*account{ring, ring}, pin{"clear"}, []pin{{"clear"}}, []*pin{{"clear"}, nil}, map[string]*pin{"a": {"clear"}}, struct{ Pin pin }{pin{"clear"}},
	} {
		// What is logged by itself is for its author to hide: of a pin that is no pointer,
		// slog does not ask for the method, and neither does fmt.
		if text, inJSON := log(t, value); !strings.Contains(text, "HIDDEN") || !strings.Contains(inJSON, "HIDDEN") {
			t.Errorf("%T: nothing says that it is hidden: %s%s", value, text, inJSON)
		}
	}
}

func TestWhatHidesItselfInItselfHasAnEnd(t *testing.T) {
	t.Parallel()
	text, inJSON := log(t, []any{endless{"clear"}})
	if end := "(a value that holds itself)"; !strings.Contains(text, end) || !strings.Contains(inJSON, end) {
		t.Errorf("%.100s%.100s", text, inJSON)
	}
}

func TestWhatIsBesideASecretIsShown(t *testing.T) {
	t.Parallel()
	text, inJSON := log(t, []any{account{Name: "jane", Token: "clear", own: "clear"}, 7, nil, errors.New("a fault")})
	if want := "value=\"[map[Name:jane Parent:<nil> Skip:HIDDEN Token:HIDDEN own:HIDDEN] 7 <nil> a fault]\""; !strings.Contains(text, want) {
		t.Errorf("%s\nwant %s", text, want)
	}
	if want := `"value":[{"name":"jane","parent":null,"token":"HIDDEN"},7,null,{}]`; !strings.Contains(inJSON, want) {
		t.Errorf("%s\nwant %s", inJSON, want)
	}
}

// TestWhatHasNothingToHideStaysAsItIs, be it of types that could have it.
func TestWhatHasNothingToHideStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, value := range []any{
		nil, 1, "x", []int{1}, []any{1, "x", nil}, map[string]any{"a": []any{1}}, struct{ A any }{1}, fmt.Errorf("x: %w", errors.New("y")), json.RawMessage("{}"),
	} {
		if got := nesting.Hide(value); !reflect.DeepEqual(got, value) {
			t.Errorf("%#v became %#v", value, got)
		}
	}
}

// guarded is of a host: what is behind its pointer is others'.
type guarded struct {
	Name   string
	shared *account
	Own    any
}

func TestPointersThatAreNotExportedAreNotFollowed(t *testing.T) {
	t.Parallel()
	shared := &account{Name: "shared", Token: "clear"}
	value := guarded{Name: "jane", shared: shared}
	if got := nesting.Hide(value); !reflect.DeepEqual(got, value) {
		t.Errorf("%#v became %#v", value, got)
	}
	value.Own = token("clear")
	text, inJSON := log(t, value)
	if strings.Contains(text+inJSON, "shared\"") || strings.Contains(text, "Name:shared") || !strings.Contains(text, "shared:0x") || !strings.Contains(inJSON, `{"Name":"jane","Own":"HIDDEN"}`) {
		t.Errorf("%s%s", text, inJSON)
	}
}
