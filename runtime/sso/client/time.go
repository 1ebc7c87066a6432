package client

import (
	"encoding/json"
	"errors"
	"time"

	"gatehouse/runtime/sso"
)

// moment fills a time from the text that answers have it as: ISO 8601 without a
// zone, in UTC.
type moment struct{ *time.Time }

// UnmarshalJSON leaves the time as it is for null.
func (m moment) UnmarshalJSON(text []byte) error {
	var written *string
	if err := json.Unmarshal(text, &written); err != nil || written == nil {
		return err
	}
	read, err := sso.ParseTime(*written)
	if err != nil {
		return errors.New("a time that is not ISO 8601")
	}
	*m.Time = read
	return nil
}

// momentOrNull is moment for a time that may be null.
type momentOrNull struct{ time **time.Time }

func (m momentOrNull) UnmarshalJSON(text []byte) error {
	var read time.Time
	if err := (moment{&read}).UnmarshalJSON(text); err != nil {
		return err
	}
	*m.time = nil
	if !read.IsZero() {
		*m.time = &read
	}
	return nil
}
