package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"gatehouse/runtime/internal/nesting"
)

// Bind reads the input into the struct that dst points to and validates it:
// `json` tags name the keys, `validate` tags state the rules of
// go-playground/validator. Keys that the struct does not have are ignored.
// What is refused comes back as an *Error with status 400 and every refused
// field; return it from Handle and the caller sees them.
//
//	var input struct {
//		Name  string `json:"name" validate:"required,max=80"`
//		Email string `json:"email" validate:"omitempty,email"`
//	}
//	if err := self.Request.Bind(&input); err != nil {
//		return err
//	}
func (r Request) Bind(dst any) error {
	target := reflect.ValueOf(dst)
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return errors.New("bind: want a pointer to a struct, as in self.Request.Bind(&input)")
	}
	if nesting.IsEndless(dst, true) {
		return errors.New("bind: the struct holds itself")
	}
	input := bytes.TrimSpace(r.Raw) // rather than Input, which has lost the digits of large numbers
	if len(input) == 0 {
		var err error
		if input, err = json.Marshal(r.Input); err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	if input[0] != '{' {
		return refuse(FieldError{Message: "the body must be a JSON object"})
	}
	if err := json.Unmarshal(input, dst); err != nil {
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) && mismatch.Field != "" {
			return refuse(FieldError{
				Field:   mismatch.Field,
				Message: fmt.Sprintf("must be %s, not %s", jsonName(mismatch.Type), mismatch.Value),
			})
		}
		return refuse(FieldError{Message: err.Error()})
	}
	return validateStruct(dst)
}

// embedded stands for embedded structs in the paths of the validator: JSON has
// their fields beside those of the struct around them.
const embedded = "\x00"

var structValidator = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(field reflect.StructField) string {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "" && field.Anonymous:
			return embedded
		case name == "" || name == "-":
			return field.Name
		}
		return name
	})
	return v
})

// validateStruct turns what the validator finds into one *Error. A rule that
// does not exist makes the validator panic: that is a fault of the service.
func validateStruct(dst any) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("bind: wrong validate tag: %v", fault)
		}
	}()
	checked := structValidator().Struct(dst)
	var found validator.ValidationErrors
	if !errors.As(checked, &found) {
		return checked
	}
	name := reflect.TypeOf(dst).Elem().Name()
	if name != "" {
		name += "."
	}
	fields := make([]FieldError, len(found))
	for i, fault := range found {
		// The path begins with the name of the struct, if it has one: a
		// script's has none.
		path := strings.ReplaceAll(strings.TrimPrefix(fault.Namespace(), name), embedded+".", "")
		fields[i] = FieldError{Field: path, Message: ruleText(fault)}
	}
	return refuse(fields...)
}

func refuse(fields ...FieldError) *Error {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = strings.TrimSpace(field.Field + " " + field.Message)
	}
	return &Error{
		Status:  http.StatusBadRequest,
		Message: "invalid input: " + strings.Join(texts, "; "),
		Fields:  fields,
	}
}

func ruleText(fault validator.FieldError) string {
	sized := func(word string) string {
		switch fault.Kind() {
		case reflect.String:
			return fmt.Sprintf("must have %s %s characters", word, fault.Param())
		case reflect.Slice, reflect.Map, reflect.Array:
			return fmt.Sprintf("must have %s %s items", word, fault.Param())
		default:
			return fmt.Sprintf("must be %s %s", word, fault.Param())
		}
	}
	switch fault.Tag() {
	case "required":
		return "is required"
	case "email":
		return "must be an e-mail address"
	case "min", "gte":
		return sized("at least")
	case "max", "lte":
		return sized("at most")
	case "gt":
		return sized("more than")
	case "lt":
		return sized("less than")
	case "len":
		return sized("exactly")
	case "oneof":
		return "must be one of: " + fault.Param()
	case "":
		return "is not valid"
	}
	rule := fault.Tag()
	if fault.Param() != "" {
		rule += "=" + fault.Param()
	}
	return "does not satisfy " + rule
}

func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return t.String()
}
