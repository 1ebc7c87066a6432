package sso

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// AuditCriteria choose entries of the audit: all that is given must hold.
type AuditCriteria struct {
	CID        string
	Op         string // such as user.login
	Actor      string // who called: a user ID or a username
	Target     string // whom the call was about: a user ID or a username
	App        string
	RemoteAddr string
	Result     string // ok, warning or error
	SubStatus  string // a code that is among those of the entry, such as E005001
	Key        string // a key that is among those that the call set

	// Before and After are IDs of entries, which themselves are left out; 0 is
	// none.
	Before, After int64

	// Order is AuditDescending or AuditAscending, by ID; "" is what the call
	// does by itself.
	Order    string
	PageSize int // 0 is DefaultAuditPage; MaxAuditPage is the most

	since, until Optional[moment]

	problems []string // unknown keys and values of a wrong type
}

// Orders of entries.
const (
	AuditDescending = "desc" // the newest first
	AuditAscending  = "asc"
)

// Entries on a page.
const (
	DefaultAuditPage = 50
	MaxAuditPage     = 1000
)

// Between returns the times that entries must be from, itself included, and
// before, for a call that is made now; the zero time is any.
func (c *AuditCriteria) Between(now time.Time) (since, until time.Time) {
	if m, ok := c.since.Get(); ok {
		since = m.at(now)
	}
	if m, ok := c.until.Get(); ok {
		until = m.at(now)
	}
	return since, until
}

// Given lists the keys that entries are chosen by, without their values.
func (c *AuditCriteria) Given() []string {
	var given []string
	for _, one := range []struct {
		name    string
		isGiven bool
	}{
		{"since", c.since.IsPresent()}, {"until", c.until.IsPresent()},
		{"cid", c.CID != ""}, {"op", c.Op != ""}, {"actor", c.Actor != ""}, {"target", c.Target != ""}, {"app", c.App != ""},
		{"remote_addr", c.RemoteAddr != ""}, {"result", c.Result != ""}, {"sub_status", c.SubStatus != ""}, {"key", c.Key != ""},
		{"before", c.Before != 0}, {"after", c.After != 0},
	} {
		if one.isGiven {
			given = append(given, one.name)
		}
	}
	return given
}

// KeysOfAudit lists the keys that criteria are made of.
func KeysOfAudit() []Key { return keysOf(new(AuditCriteria).fields()) }

// AuditFromMap makes criteria of a script's Dict. Unknown keys and values of a
// wrong type are kept, to be refused in their turn.
func AuditFromMap(data map[string]any) AuditCriteria {
	criteria := auditFrom(data, strictReading)
	criteria.problems = append(criteria.problems, unknownKeys(criteria.fields(), data)...)
	return criteria
}

// AuditFromJSON makes criteria of a decoded JSON object, as leniently as
// PatchFromJSON does, but for a key that is no criterion and does not say who
// calls: without it, there would be more than was asked for.
func AuditFromJSON(data map[string]any) AuditCriteria {
	criteria := auditFrom(data, lenientReading)
	known := append(criteria.fields(), field{Key: Key{Name: "current_app"}}, field{Key: Key{Name: "ust"}})
	criteria.problems = append(criteria.problems, unknownKeys(known, data)...)
	return criteria
}

// fields lists the keys that criteria are made of. NULL is no criterion, and
// neither is a text that is empty.
func (c *AuditCriteria) fields() []field {
	at := func(name string, dst *Optional[moment]) field {
		return field{Key{Name: name, Kind: Moment, Nullable: true}, func(value any, read reading) bool {
			value = dereference(value)
			return value == nil || assign(dst, value, read.moment)
		}}
	}
	serial := func(name string, dst *int64) field {
		return field{Key{Name: name, Kind: Serial, Nullable: true}, func(value any, read reading) bool {
			return assignOrDefault(dst, value, read.serial)
		}}
	}
	choice := func(name string, dst *string, values ...string) field {
		return field{Key{Name: name, Kind: Text, Nullable: true, Values: values}, func(value any, read reading) bool {
			chosen := values[0]
			ok := assignOrDefault(&chosen, value, read.text) && slices.Contains(values, chosen)
			if ok && dereference(value) != nil {
				*dst = chosen
			}
			return ok
		}}
	}
	order := choice("order", &c.Order, AuditDescending, AuditAscending)
	order.Default = AuditDescending
	return []field{
		at("since", &c.since),
		at("until", &c.until),
		textField("cid", &c.CID),
		choice("op", &c.Op, operations...),
		textField("actor", &c.Actor),
		textField("target", &c.Target),
		textField("app", &c.App),
		textField("remote_addr", &c.RemoteAddr),
		choice("result", &c.Result, AuditOK, AuditWarning, AuditError),
		textField("sub_status", &c.SubStatus),
		textField("key", &c.Key),
		order,
		serial("before", &c.Before),
		serial("after", &c.After),
		{Key{Name: "page_size", Kind: Count, Nullable: true, Default: DefaultAuditPage}, func(value any, read reading) bool {
			return assignOrDefault(&c.PageSize, value, read.days)
		}},
	}
}

func auditFrom(data map[string]any, read reading) AuditCriteria {
	var c AuditCriteria
	c.problems = fill(c.fields(), data, read, func(f field, value any) string {
		switch {
		case f.Values != nil && len(f.Values) < 5:
			return fmt.Sprintf("%s must be one of %s", f.Name, strings.Join(f.Values, ", "))
		case f.Values != nil:
			return f.Name + " must be one of those that docs/audit.md lists"
		case f.Kind == Moment:
			return f.Name + " must be an ISO 8601 date-time such as 2026-12-31T23:59:59, or a duration back from now such as 24h or 2d"
		case f.Kind == Serial:
			return fmt.Sprintf("%s must be the ID of an entry, a number from 0 to %d", f.Name, int64(MaxSerial))
		}
		return wrongType(f, value)
	})
	return c
}

// Problem returns one thing that is wrong with the keys, types or values of
// the data that the criteria were made of, or nil.
func (c *AuditCriteria) Problem() error { return firstProblem(c.problems) }

// AuditResult is a page of entries.
type AuditResult struct {
	Entries  []AuditEntry
	PageSize int
	HasNext  bool // there are more entries in this order

	// Next is what to send as Before, or in ascending order as After, for the
	// next page; 0 is none. In ascending order there always is one, for
	// entries that are yet to come.
	Next int64
}

// ToDict returns the result under the names that REST has.
func (r AuditResult) ToDict() map[string]any {
	entries := make([]map[string]any, len(r.Entries))
	for i := range r.Entries {
		entries[i] = r.Entries[i].ToDict()
	}
	dict := map[string]any{"page_size": r.PageSize, "has_next_page": r.HasNext, "next": nil, "result": entries}
	if r.Next != 0 {
		dict["next"] = r.Next
	}
	return dict
}

// AuditEntry is one call as the audit keeps it.
type AuditEntry struct {
	ID         int64
	Time       time.Time
	CID        string
	Op         string
	Actor      string // user ID of the caller, "" if unknown
	Target     string // user ID of the user that the call was about
	App        string
	RemoteAddr string
	UserAgent  string
	Result     string   // AuditOK, AuditWarning or AuditError
	SubStatus  []string // codes
	Keys       []string // names of the keys that a call set, or chose by

	// Changes has the old and the new value of what is neither personal nor
	// secret, in JSON: {"is_locked":[false,true]}; "" is none.
	Changes string
}

// Results of entries.
const (
	AuditOK      = "ok"
	AuditWarning = "warning"
	AuditError   = "error"
)

// auditRecord is an entry in JSON.
type auditRecord struct {
	ID         int64           `json:"id"`
	Time       string          `json:"time"`
	CID        string          `json:"cid"`
	Op         string          `json:"op"`
	Actor      string          `json:"actor"`
	Target     string          `json:"target"`
	App        string          `json:"app"`
	RemoteAddr string          `json:"remote_addr"`
	UserAgent  string          `json:"user_agent"`
	Result     string          `json:"result"`
	SubStatus  []string        `json:"sub_status"`
	Keys       []string        `json:"keys"`
	Changes    json.RawMessage `json:"changes"`
}

// MarshalJSON returns the entry under the names that REST has.
func (e AuditEntry) MarshalJSON() ([]byte, error) {
	return json.Marshal(auditRecord{
		ID: e.ID, Time: FormatTime(e.Time), CID: e.CID, Op: e.Op, Actor: e.Actor, Target: e.Target, App: e.App,
		RemoteAddr: e.RemoteAddr, UserAgent: e.UserAgent, Result: e.Result,
		SubStatus: append([]string{}, e.SubStatus...), Keys: append([]string{}, e.Keys...), Changes: json.RawMessage(e.changes()),
	})
}

// changes are an object in any case: what is none was not written by a host,
// which is for the verification of the audit to tell.
func (e *AuditEntry) changes() string {
	var object map[string]json.RawMessage
	if !utf8.ValidString(e.Changes) || json.Unmarshal([]byte(e.Changes), &object) != nil || object == nil {
		return "{}"
	}
	return e.Changes
}

// ToDict returns the entry under the names that REST has.
func (e AuditEntry) ToDict() map[string]any {
	var changes map[string]any
	if err := json.Unmarshal([]byte(e.changes()), &changes); err != nil {
		changes = map[string]any{} // it was read before
	}
	return map[string]any{
		"id": e.ID, "time": FormatTime(e.Time), "cid": e.CID, "op": e.Op, "actor": e.Actor, "target": e.Target, "app": e.App,
		"remote_addr": e.RemoteAddr, "user_agent": e.UserAgent, "result": e.Result,
		"sub_status": append([]string{}, e.SubStatus...), "keys": append([]string{}, e.Keys...), "changes": changes,
	}
}
