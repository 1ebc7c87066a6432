package rest

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/runtime/openapi"
	"gatehouse/runtime/sso"
)

func (a api) auditDefinitions() []*definition {
	const chosen = "For super-users. All criteria that are given must hold, and each is exact; one that there is not is E008002."
	return []*definition{
		{
			method: http.MethodGet, path: "/audit", tag: auditTag,
			id: "listAudit", summary: "List the audit",
			description: chosen + " Entries come in pages, by ID, the newest first. The next page is asked for with next as before, or in ascending order as after: no entry comes twice, and none that was there is left out, whatever is written meanwhile. In ascending order that goes on for ever: where there is no next page, next is what to ask with later, for entries that have come in.",
			elements:    elements(byUST, auditElements()),
			example:     []string{"op", "result", "since", "page_size"},
			answers: []shape{{
				describe(always("page_size", sso.Count), "Entries on a page, at most."), always("has_next_page", sso.Boolean),
				such(orNull("next", sso.Serial), openapi.ExampleNull), result("The entries of the page.", listOf(auditEntrySchema)),
			}},
			do: a.listAudit,
		},
		{
			method: http.MethodGet, path: "/audit/export", tag: auditTag,
			id: "exportAudit", summary: "Export the audit",
			description: chosen + " The answer is a line of JSON an entry, by ID, the oldest first, up to what was there when the export began. It takes as long as the client reads and the session lasts. What is there later is exported with the ID of the last entry as after. A host that stops cuts it. Of some exports at once, further ones are to come back later (503).",
			elements:    elements(byUST, exportElements()),
			example:     []string{"op", "since"},
			line:        auditEntrySchema,
			do:          a.exportAudit,
		},
	}
}

func auditElements() []element {
	declared := meaning(auditTable.elements(), map[string]string{
		"result": "How the call ended.", "cid": "Correlation ID of the call.", "sub_status": "A code that the call was refused with, or warned of.",
		"actor": "Who called: a user ID or a username.", "target": "Whom the call was about: a user ID or a username.",
		"remote_addr": "Address of the client, as the entry has it.", "page_size": "Entries on a page: 1000 at most; 0 is 50.",
	})
	for i := range declared {
		if declared[i].Name == "sub_status" {
			declared[i].schema = &openapi.Schema{Types: []string{openapi.String}, Pattern: "^([EW][0-9]{6})?$", Examples: []any{sso.NotAllowed}}
		}
	}
	return declared
}

// exportElements are those of a list but for pages.
func exportElements() []element {
	declared := slices.DeleteFunc(auditElements(), func(e element) bool { return e.Name == "page_size" })
	for i := range declared {
		if declared[i].Name == "order" {
			declared[i].Default = sso.AuditAscending
		}
	}
	return declared
}

var auditEntrySchema = object("AuditEntry", "A call as the audit has it.",
	always("id", sso.Serial), always("time", sso.Instant),
	such(describe(always("cid", sso.Text), "Correlation ID of the call."), "6n3kq8wd5tcbz4xj7rgv2hmy9p"), always("op", sso.Text),
	always("actor", sso.Text), always("target", sso.Text), always("app", sso.Text),
	always("remote_addr", sso.Text), always("user_agent", sso.Text),
	openapi.Property{Name: "result", Required: true, Description: "How the call ended.", Schema: oneOf([]string{sso.AuditOK, sso.AuditWarning, sso.AuditError})},
	openapi.Property{Name: "sub_status", Required: true, Description: "Codes that the call was refused with, or warned of.", Schema: listOf(types(openapi.String)), Example: []string{}},
	openapi.Property{Name: "keys", Required: true, Description: "Keys that the call set, or chose by.", Schema: listOf(types(openapi.String)), Example: []string{"is_locked"}},
	property("changes", &openapi.Schema{Types: []string{openapi.Object}}),
)

func (a api) listAudit(ctx context.Context, in *input) (answer, error) {
	call := in.call("ust")
	criteria := auditTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	page, err := a.core.ListAudit(ctx, call, criteria)
	return answer{keys: page.ToDict()}, err
}

func (a api) exportAudit(_ context.Context, in *input) (answer, error) {
	call := in.call("ust")
	criteria := auditTable.read(in)
	if in.fault != nil {
		return answer{}, in.fault
	}
	return answer{lines: func(ctx context.Context, lines *lineWriter) error {
		return a.core.ExportAudit(ctx, call, criteria, func(entries []sso.AuditEntry) error {
			for i := range entries {
				if err := lines.line(entries[i]); err != nil {
					return err
				}
			}
			return lines.flush()
		})
	}}, nil
}
