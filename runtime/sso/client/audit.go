package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"time"

	"gatehouse/runtime/sso"
)

// AuditCriteria choose entries of the audit: all that is given must hold, and the
// zero value chooses all.
type AuditCriteria struct {
	Since, Until time.Time // from the one on, itself included, and before the other

	CID        string // correlation ID of the call
	Op         string // such as user.login
	Actor      string // who called: a user ID or a username
	Target     string // whom the call was about: a user ID or a username
	App        string
	RemoteAddr string
	Result     string // sso.AuditOK, sso.AuditWarning or sso.AuditError
	SubStatus  string // a code that the call was refused with, or warned of
	Key        string // a key that the call set

	// Before and After are IDs of entries, which themselves are left out; 0 is
	// none.
	Before, After int64

	// Ascending has pages begin with the oldest entry rather than the newest. An
	// export always does.
	Ascending bool
	PageSize  int // 0 is the host's own, sso.MaxAuditPage the most; not for exports
}

func (c *AuditCriteria) elements() elements {
	in := elements{}
	for _, moment := range []struct {
		name string
		time time.Time
	}{{"since", c.Since}, {"until", c.Until}} {
		if !moment.time.IsZero() {
			in[moment.name] = sso.FormatTime(moment.time)
		}
	}
	in.setText("cid", c.CID)
	in.setText("op", c.Op)
	in.setText("actor", c.Actor)
	in.setText("target", c.Target)
	in.setText("app", c.App)
	in.setText("remote_addr", c.RemoteAddr)
	in.setText("result", c.Result)
	in.setText("sub_status", c.SubStatus)
	in.setText("key", c.Key)
	if c.Before != 0 {
		in["before"] = c.Before
	}
	if c.After != 0 {
		in["after"] = c.After
	}
	return in
}

// AuditEntry is a call as the audit has it.
type AuditEntry struct {
	ID         int64      `json:"id"`
	Time       time.Time  `json:"time"`
	CID        string     `json:"cid"`
	Op         string     `json:"op"`
	Actor      string     `json:"actor"`  // user ID, "" where it is not known
	Target     string     `json:"target"` // user ID, "" where there is none
	App        string     `json:"app"`
	RemoteAddr string     `json:"remote_addr"`
	UserAgent  string     `json:"user_agent"`
	Result     string     `json:"result"` // sso.AuditOK, sso.AuditWarning or sso.AuditError
	SubStatus  []sso.Code `json:"sub_status"`
	Keys       []string   `json:"keys"` // that the call set, or chose by

	// Changes has the old and the new value, by key, of what is neither personal
	// nor secret.
	Changes map[string]json.RawMessage `json:"changes"`
}

// UnmarshalJSON reads an entry of an answer.
func (e *AuditEntry) UnmarshalJSON(text []byte) error {
	type plain AuditEntry
	var read plain
	withTime := struct {
		*plain
		Time moment `json:"time"`
	}{&read, moment{&read.Time}}
	err := json.Unmarshal(text, &withTime)
	*e = AuditEntry(read)
	return err
}

// AuditPage is a page of the audit.
type AuditPage struct {
	Entries     []AuditEntry `json:"result"`
	PageSize    int          `json:"page_size"`
	HasNextPage bool         `json:"has_next_page"`

	// Next is what to ask with as Before, or in ascending order as After, for
	// the next page, or there for entries that are yet to come; 0 is none.
	Next int64 `json:"next"`
}

// Audit returns a page of the audit, for super-users.
func (s *Session) Audit(ctx context.Context, criteria AuditCriteria) (AuditPage, error) {
	in := criteria.elements()
	if criteria.Ascending {
		in["order"] = sso.AuditAscending
	}
	if criteria.PageSize != 0 {
		in["page_size"] = criteria.PageSize
	}
	var page AuditPage
	err := s.call(ctx, opListAudit, in, &page)
	return page, err
}

// ExportAudit goes through all entries of the audit that criteria choose, the
// oldest first, up to what is there when it begins, for super-users. It is one
// call, that lasts as long as it is read: the context bounds it, and not the
// timeout of the HTTP client. An error is the last that it yields; without one,
// the export is complete.
func (s *Session) ExportAudit(ctx context.Context, criteria AuditCriteria) iter.Seq2[AuditEntry, error] {
	return func(yield func(AuditEntry, error) bool) {
		if err := s.exportAudit(ctx, criteria, func(e AuditEntry) bool { return yield(e, nil) }); err != nil {
			yield(AuditEntry{}, err)
		}
	}
}

func (s *Session) exportAudit(ctx context.Context, criteria AuditCriteria, each func(AuditEntry) bool) error {
	in := criteria.elements()
	in["ust"] = s.ust
	body, err := s.client.body(opExportAudit, in)
	if err != nil {
		return err
	}
	patient := *s.client.http
	patient.Timeout = 0
	ctx, cancel := context.WithCancel(ctx) // whoever has read enough ends it
	defer cancel()
	response, err := s.client.send(ctx, &patient, opExportAudit, body)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/x-ndjson" {
		text, err := s.client.readAll(ctx, opExportAudit, response)
		if err != nil {
			return err
		}
		if _, err := read(opExportAudit, response, text, nil); err != nil {
			return err
		}
		return unexpected(&Error{Op: opExportAudit.id, Status: response.StatusCode}, response)
	}
	lines := json.NewDecoder(response.Body)
	for {
		var entry AuditEntry
		err := lines.Decode(&entry)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return noAnswer(ctx, opExportAudit.id+": the export ends before its end", err, "what came is no entry of the audit, or was cut")
		case !each(entry):
			return nil
		}
	}
}
