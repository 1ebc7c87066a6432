package sso_test

import (
	"encoding/json"
	"slices"
	"testing"

	"gatehouse/runtime/sso"
)

// TestAppList goes through what app_list may be.
func TestAppList(t *testing.T) {
	type apps []string
	for _, c := range []struct {
		value  any
		want   []string
		isRead bool // by scripts; JSON takes numbers, too
	}{
		{nil, nil, true},
		{"", nil, true},
		{"CRM", []string{"CRM"}, true},
		{[]string{"CRM", "ERP", "CRM"}, []string{"CRM", "ERP"}, true},
		{apps{"CRM"}, []string{"CRM"}, true},
		{[]any{"CRM", "ERP"}, []string{"CRM", "ERP"}, true},
		{[]any{}, nil, true},
		{[2]string{"CRM", "ERP"}, []string{"CRM", "ERP"}, true},
		{[]any{"CRM", nil}, nil, false},
		{[]any{"CRM", []any{"ERP"}}, nil, false},
		{map[string]any{"CRM": true}, nil, false},
		{true, nil, false},
		{[]int{1}, nil, false},
	} {
		signup := sso.SignupFromMap(map[string]any{"app_list": c.value})
		if err := signup.Problem(); (err == nil) != c.isRead || !slices.Equal(signup.Apps, c.want) {
			t.Errorf("%#v: %q, %v", c.value, signup.Apps, err)
		}
	}
	signup := sso.SignupFromJSON(map[string]any{"app_list": []any{json.Number("7"), "CRM"}, "username": json.Number("8"), "more": 1})
	if signup.Problem() != nil || !slices.Equal(signup.Apps, []string{"7", "CRM"}) || signup.Username != "8" {
		t.Errorf("%+v, %v", signup, signup.Problem())
	}
}
