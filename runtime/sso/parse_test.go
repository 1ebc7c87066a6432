package sso_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
)

func TestTimes(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2345-12-27T11:22:33":          time.Date(2345, 12, 27, 11, 22, 33, 0, time.UTC),
		"2345-12-27T11:22:33.5":        time.Date(2345, 12, 27, 11, 22, 33, 5e8, time.UTC),
		"2345-12-27 11:22:33.123456":   time.Date(2345, 12, 27, 11, 22, 33, 123456000, time.UTC),
		"2345-12-27T11:22:33.1234567Z": time.Date(2345, 12, 27, 11, 22, 33, 123456700, time.UTC),
		"2345-12-27T11:22:33-0230":     time.Date(2345, 12, 27, 13, 52, 33, 0, time.UTC),
		"2345-12-27T11:22":             time.Date(2345, 12, 27, 11, 22, 0, 0, time.UTC),
		"2345-12-27":                   time.Date(2345, 12, 27, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := sso.ParseTime(text); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "now", "2345", "2345-02-30", "27.12.2345", "0000-12-31", "0001-01-01T00:00:00+01:00", "10000-01-01"} {
		if got, err := sso.ParseTime(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
	at := time.Date(2026, 1, 2, 5, 4, 5, 0, time.FixedZone("", 7200))
	for nanoseconds, want := range map[time.Duration]string{0: "2026-01-02T03:04:05", 1: "2026-01-02T03:04:05",
		1000: "2026-01-02T03:04:05.000001", 120_000_000: "2026-01-02T03:04:05.120000"} {
		if got := sso.FormatTime(at.Add(nanoseconds)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// FuzzParseTime reads what it has written.
func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{"2345-12-27T11:22:33", "2345-12-27", "2345-12-27T11:22:33.123456+02:00", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := sso.ParseTime(text)
		if err != nil {
			return
		}
		again, err := sso.ParseTime(sso.FormatTime(at))
		if err != nil || !again.Equal(at.Truncate(time.Microsecond)) {
			t.Errorf("%q is %v, written %s, read %v, %v", text, at, sso.FormatTime(at), again, err)
		}
	})
}

// FuzzPatchFromJSON takes any JSON object: each key of the table that is there
// is present with a value of its type or NULL, or refused.
func FuzzPatchFromJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"email": null}`, `{"is_locked": "yes", "first_name": 7}`, `{"password_expiry": "2030-01-01"}`, `{"username": [1]}`, `{"app_list": ["CRM", 1, null]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, ok := decodeObject(text)
		if !ok {
			return
		}
		for _, patch := range []sso.UserPatch{sso.PatchFromJSON(data), sso.PatchFromMap(data)} {
			fault := patch.CheckKeys(true)
			for _, key := range sso.UserKeys() {
				given, there := data[key.Name]
				value, present := key.Value(&patch)
				switch {
				case !there && present:
					t.Errorf("%s was not given but is present", key.Name)
				case there && given == nil && (!present || value != nil):
					t.Errorf("%s was NULL and is %v", key.Name, value)
				case there && !present && fault == nil:
					t.Errorf("%s = %v got lost", key.Name, given)
				case there && !key.Nullable && given == nil && fault == nil:
					t.Errorf("%s took NULL", key.Name)
				}
			}
			if len(data) == 0 && !patch.IsEmpty() {
				t.Error("nothing is not empty")
			}
		}
		sso.NewUserFromJSON(data)
		sso.NewUserFromMap(data)
		sso.SignupFromJSON(data)
		sso.SignupFromMap(data)
	})
}

// decodeObject decodes a JSON object as requests are decoded.
func decodeObject(text string) (data map[string]any, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&data)
	return data, err == nil
}

// FuzzSearchFromJSON takes any JSON object: pages are whole numbers from 0, and
// what a key holds reaches the criteria or is refused.
func FuzzSearchFromJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"username": 7}`, `{"name_op": "xor"}`, `{"cur_page": -1, "page_size": 1e99}`, `{"email": [], "paginate": "no"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		data, ok := decodeObject(text)
		if !ok {
			return
		}
		for _, criteria := range []sso.SearchCriteria{sso.SearchFromJSON(data), sso.SearchFromMap(data)} {
			if criteria.Problem() != nil {
				continue
			}
			if criteria.Page < 0 || criteria.PageSize < 0 {
				t.Errorf("page %d of %d", criteria.Page, criteria.PageSize)
			}
			if name, ok := data["username"].(string); ok && criteria.Username != name {
				t.Errorf("username %q became %q", name, criteria.Username)
			}
			if email, ok := data["email"].(string); ok && criteria.Email != sso.Some(email) {
				t.Errorf("e-mail %q became %v", email, criteria.Email)
			}
		}
	})
}

// FuzzAuditFromJSON takes any JSON object: numbers are from 0, what can be
// chosen is chosen from what there is, and what is left has a problem.
func FuzzAuditFromJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"op": "user.login", "actor": 7}`, `{"since": "2d12h", "until": "2026-07-01"}`, `{"before": 9007199254740992}`,
		`{"order": "asc", "after": "12", "page_size": 1e3}`, `{"result": null, "sub_status": []}`} {
		f.Add(seed)
	}
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		data, ok := decodeObject(text)
		if !ok {
			return
		}
		for _, criteria := range []sso.AuditCriteria{sso.AuditFromJSON(data), sso.AuditFromMap(data)} {
			if criteria.Problem() != nil {
				continue
			}
			if criteria.Before < 0 || criteria.After < 0 || criteria.PageSize < 0 || criteria.Before > sso.MaxSerial {
				t.Errorf("%+v", criteria)
			}
			for _, key := range sso.KeysOfAudit() {
				value, isText := data[key.Name].(string)
				if isText && key.Values != nil && !slices.Contains(key.Values, value) {
					t.Errorf("%s is %q", key.Name, value)
				}
			}
			if actor, ok := data["actor"].(string); ok && criteria.Actor != actor {
				t.Errorf("actor %q became %q", actor, criteria.Actor)
			}
			if since, until := criteria.Between(now); since.Year() < 1 || since.Year() > 9999 || until.Year() < 1 || until.Year() > 9999 {
				t.Errorf("between %v and %v", since, until)
			}
		}
	})
}

// TestParseMoment reads times, and durations back from now.
func TestParseMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"30m": now.Add(-30 * time.Minute), "24h": now.Add(-24 * time.Hour), "2d": now.AddDate(0, 0, -2), "1d2h3m4.5s": now.Add(-26*time.Hour - 3*time.Minute - 4500*time.Millisecond),
		"0s": now, "0d": now, "1w": now.AddDate(0, 0, -7), "250ms": now.Add(-250 * time.Millisecond), "36525d": now.AddDate(0, 0, -36525),
		"2026-06-30": time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC), "2026-06-30T01:00:00+02:00": time.Date(2026, 6, 29, 23, 0, 0, 0, time.UTC),
	} {
		if got, err := sso.ParseMoment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "2", "h", "-1h", "1h-1m", "2d-1h", "2h1d", "36525d1s", "36526d", "99999999999999999999d",
		"9999999999999h", "1.5d", " 1h", "1h ", "yesterday", "12026-06-30"} {
		if got, err := sso.ParseMoment(text, now); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
