package service_test

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"gatehouse/runtime/service"
)

type order struct {
	Customer struct {
		Name string `json:"name" validate:"required"`
	} `json:"customer"`
	Lines []struct {
		Quantity int `json:"quantity" validate:"min=1,max=9"`
	} `json:"lines" validate:"dive"`
}

// TestBindNamesEveryField binds into structs with a name and without, as
// compiled services and scripts have them.
func TestBindNamesEveryField(t *testing.T) {
	for _, dst := range []any{&order{}, &struct{ order }{}} {
		err := service.Request{Raw: []byte(`{"customer": {}, "lines": [{"quantity": 1}, {"quantity": 10}]}`)}.Bind(dst)
		var refused *service.Error
		if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
			t.Fatalf("%T: %v", dst, err)
		}
		want := []service.FieldError{
			{Field: "customer.name", Message: "is required"},
			{Field: "lines[1].quantity", Message: "must be at most 9"},
		}
		if !reflect.DeepEqual(refused.Fields, want) {
			t.Errorf("%T: %+v", dst, refused.Fields)
		}
	}
}

func TestBindRefuses(t *testing.T) {
	var input order
	for _, test := range []struct {
		name, raw string
		dst       any
		status    int // 0: a fault of the service
	}{
		{"no JSON", `{"customer":`, &input, 400},
		{"a list", `[1]`, &input, 400},
		{"a wrong type", `{"lines": {}}`, &input, 400},
		{"a wrong tag", `{}`, &struct {
			N int `validate:"no_such_rule"`
		}{}, 0},
		{"no pointer", `{}`, input, 0},
		{"no struct", `{}`, new(int), 0},
		{"nil", `{}`, (*order)(nil), 0},
	} {
		err := service.Request{Raw: []byte(test.raw)}.Bind(test.dst)
		var refused *service.Error
		if err == nil || errors.As(err, &refused) != (test.status != 0) || refused != nil && refused.Status != test.status {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
