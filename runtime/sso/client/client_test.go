package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/mail/mailtest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/client"
)

// methods are all calls that a client can make, each made once.
func methods(c *client.Client, s *client.Session) []func(context.Context) error {
	id, ust := "zusr1nt8j4t2rs9xa0jym1h25adzw9", "gAAAAAB-somebody's-session"
	calls := []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword})
			return err
		},
		func(ctx context.Context) error { return s.Logout(ctx) },
		func(ctx context.Context) error {
			_, err := c.SignUp(ctx, sso.Signup{Username: "joe", Password: janePassword})
			return err
		},
		func(ctx context.Context) error { return c.ConfirmSignUp(ctx, "token") },
		func(ctx context.Context) error { return c.RequestPasswordReset(ctx, "jane@example.com") },
		func(ctx context.Context) error { _, err := c.AccessPasswordReset(ctx, "token"); return err },
		func(ctx context.Context) error {
			return c.ResetPassword(ctx, sso.ResetPasswordChange{Token: "token", ResetKey: "key", NewPassword: janePassword})
		},
		func(ctx context.Context) error { _, err := s.User(ctx); return err },
		func(ctx context.Context) error { _, err := s.UserByID(ctx, id); return err },
		func(ctx context.Context) error {
			_, err := s.CreateUser(ctx, client.NewUser{Username: "joe"})
			return err
		},
		func(ctx context.Context) error {
			return s.Update(ctx, sso.UserPatch{Email: sso.Some("jane@example.com")})
		},
		func(ctx context.Context) error {
			return s.UpdateByID(ctx, id, sso.UserPatch{Email: sso.Null[string]()})
		},
		func(ctx context.Context) error { return s.DeleteUser(ctx, id) },
		func(ctx context.Context) error { return s.ApproveUser(ctx, id) },
		func(ctx context.Context) error { return s.RejectUser(ctx, id) },
		func(ctx context.Context) error { return s.LockUser(ctx, id) },
		func(ctx context.Context) error { return s.UnlockUser(ctx, id) },
		func(ctx context.Context) error {
			return s.ChangePassword(ctx, sso.PasswordChange{OldPassword: janePassword, NewPassword: adminPassword})
		},
		func(ctx context.Context) error {
			_, err := s.ResetTOTPKey(ctx, client.TOTPKey{Key: totpKey, Label: "phone"})
			return err
		},
		func(ctx context.Context) error { _, err := s.Search(ctx, sso.SearchCriteria{}); return err },
		func(ctx context.Context) error {
			for _, err := range s.SearchAll(ctx, sso.SearchCriteria{}) {
				return err
			}
			return nil
		},
		func(ctx context.Context) error { _, err := s.Audit(ctx, client.AuditCriteria{}); return err },
		func(ctx context.Context) error {
			for _, err := range s.ExportAudit(ctx, client.AuditCriteria{}) {
				return err
			}
			return nil
		},
		func(ctx context.Context) error { _, err := s.Links(ctx, ""); return err },
		func(ctx context.Context) error {
			return s.CreateLink(ctx, sso.NewLink{UserID: id, AuthType: sso.AuthBasic, AuthUsername: "crm"})
		},
		func(ctx context.Context) error { return s.DeleteLink(ctx, id, sso.AuthBasic, "crm") },
		func(ctx context.Context) error { _, err := s.Renew(ctx); return err },
		func(ctx context.Context) error { _, err := s.Sessions(ctx); return err },
		func(ctx context.Context) error { _, err := s.SessionsOf(ctx, ust); return err },
		func(ctx context.Context) error { _, err := s.SessionOf(ctx, ust); return err },
		func(ctx context.Context) error { _, err := s.Verify(ctx, ust); return err },
	}
	for _, a := range []client.Attributes{s.Attributes(), s.UserAttributes(id), s.SessionAttributes(ust)} {
		calls = append(calls,
			func(ctx context.Context) error { return a.Create(ctx, client.Attr("theme", "dark")) },
			func(ctx context.Context) error { return a.Set(ctx, client.Attr("theme", "dark")) },
			func(ctx context.Context) error { return a.Update(ctx, client.Attr("theme", "dark")) },
			func(ctx context.Context) error { _, err := a.Get(ctx, "theme"); return err },
			func(ctx context.Context) error { _, err := a.GetMany(ctx, "theme"); return err },
			func(ctx context.Context) error { _, err := a.Exists(ctx, "theme"); return err },
			func(ctx context.Context) error { _, err := a.ExistMany(ctx, "theme"); return err },
			func(ctx context.Context) error { return a.Delete(ctx, "theme") },
			func(ctx context.Context) error { _, err := a.Names(ctx); return err },
		)
	}
	return calls
}

// secrets are what no error may have in its text, nor a URL.
func secrets(more ...string) []string {
	return append(more, adminPassword, janePassword, totpKey, "somebody's-session", "jane@", "admin@")
}

func checkText(t *testing.T, text string, more ...string) {
	t.Helper()
	for _, secret := range secrets(more...) {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%q has the secret %q", text, secret)
		}
	}
}

// twins are operations that another one is as good as.
var twins = map[string]string{"GET /zato/sso/user/search": "POST /zato/sso/user/search"}

// TestEveryOperation has all calls made, for an application that there is not:
// each of them is one of the operations that a host documents, and each of these
// has a call.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	h := &host{url: hostURL}
	http, noted := watch(t, h)
	documented := operations(t, h)
	c, err := client.New(h.url+"/", "NONE", client.WithHTTPClient(http)) // a slash at the end does not matter
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for i, call := range methods(c, c.Session("gAAAAAB-somebody's-session")) {
		noted.last = ""
		err := call(t.Context())
		id := documented[noted.last]
		if id == "" {
			t.Errorf("call %d is %q, which the host does not document", i, noted.last)
			continue
		}
		called[noted.last] = true
		if id == "logout" { // which is always done
			if err != nil {
				t.Errorf("logout: %v", err)
			}
			continue
		}
		var refused *client.Error
		if !errors.As(err, &refused) || !sso.HasCode(err, sso.AppInvalid) || refused.Status != 403 || refused.IsTemporary() || refused.RetryAfter != 0 || len(refused.CID) != 26 {
			t.Fatalf("%s: %v", id, err)
		}
		if refused.Op != strings.TrimSuffix(id, "_post") {
			t.Errorf("%s calls itself %s", id, refused.Op)
		}
		want := fmt.Sprintf("%s: 403 Forbidden: E004001 (the application is unknown, or nobody may log in to it); the log of the host has more under %s", refused.Op, refused.CID)
		if err.Error() != want {
			t.Errorf("%s: %q", id, err)
		}
		checkText(t, err.Error())
	}
	for operation, id := range documented {
		if !called[operation] && !called[twins[operation]] {
			t.Errorf("the client has no call of %s (%s)", operation, id)
		}
	}
	if len(documented) < 40 {
		t.Errorf("the host documents only %d operations", len(documented))
	}
	for url := range noted.urls {
		checkText(t, url)
		if strings.ContainsAny(url, "?@") {
			t.Errorf("%s has more than a path", url)
		}
	}
}

// operations are the IDs of the operations of the SSO that a host documents, by
// method and path.
func operations(t *testing.T, h *host) map[string]string {
	t.Helper()
	answer, err := http.Get(h.url + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var document struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for path, methods := range document.Paths {
		if !strings.HasPrefix(path, "/zato/sso/") {
			continue
		}
		for method, operation := range methods {
			found[strings.ToUpper(method)+" "+path] = operation.OperationID
		}
	}
	return found
}

// TestHost spends a day with a host, on each engine. In the end all operations
// have been done.
func TestHost(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, h *host, mails *mailtest.Server) {
		http, noted := watch(t, h)
		d := &day{c: newClient(t, h.url, client.WithHTTPClient(http), client.WithUserAgent("day")), mails: mails}
		for _, part := range []struct {
			name string
			test func(*day, *testing.T)
		}{
			{"Login", (*day).login}, {"User", (*day).user}, {"Users", (*day).users}, {"Search", (*day).search},
			{"Attributes", (*day).attributes}, {"Sessions", (*day).sessions}, {"Links", (*day).links},
			{"Passwords", (*day).passwords}, {"Sign-up", (*day).signUp}, {"Reset", (*day).reset}, {"Audit", (*day).audit}, {"Logout", (*day).logout},
		} {
			if !t.Run(part.name, func(t *testing.T) { part.test(d, t) }) {
				t.FailNow()
			}
		}
		for operation, id := range operations(t, h) {
			if !noted.done[operation] && !noted.done[twins[operation]] {
				t.Errorf("%s (%s) was never done", operation, id)
			}
		}
	})
}

// day is what one part of TestHost leaves to the next.
type day struct {
	c           *client.Client
	mails       *mailtest.Server
	admin, jane *client.Session
	janeID      string
}

// refused checks for the code of a refusal.
func refused(t *testing.T, err error, want sso.Code) *client.Error {
	t.Helper()
	var refused *client.Error
	if !errors.As(err, &refused) || !sso.HasCode(err, want) || !errors.Is(err, &sso.Error{Codes: []sso.Code{want}}) {
		t.Fatalf("%v, want %s", err, want)
	}
	checkText(t, err.Error())
	return refused
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *day) login(t *testing.T) {
	ctx := t.Context()
	credentials := client.Credentials{Username: "admin", Password: adminPassword}
	_, err := d.c.Login(ctx, credentials)
	refused(t, err, sso.TOTPCodeMissing)
	credentials.TOTPCode = code(t)
	d.admin = must[*client.Session](t)(d.c.Login(ctx, credentials))
	d.jane = must[*client.Session](t)(d.c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword, RemoteAddr: "192.0.2.7", UserAgent: "phone"}))
	if d.jane.Warning != "" || !strings.HasPrefix(d.jane.UST(), "gAAAA") {
		t.Errorf("%q, a token of %d bytes", d.jane.Warning, len(d.jane.UST()))
	}
	for _, shown := range []any{d.jane, *d.jane, credentials, &credentials} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			checkText(t, fmt.Sprintf(verb, shown), d.jane.UST())
		}
	}

	// Too many wrong passwords: what comes too early may come again.
	var tooMany *client.Error
	for range 10 {
		_, err = d.c.Login(ctx, client.Credentials{Username: "nobody", Password: janePassword})
		if tooMany = refused(t, err, sso.NotAllowed); tooMany.Status == 429 {
			break
		}
	}
	if tooMany.Status != 429 || !tooMany.IsTemporary() || tooMany.RetryAfter < time.Second || !errors.Is(err, sso.ErrTooMany) || !strings.Contains(err.Error(), "come back in 1s") {
		t.Errorf("too many wrong passwords: %v, come back in %v", err, tooMany.RetryAfter)
	}
}

func (d *day) user(t *testing.T) {
	ctx := t.Context()
	before := must[client.User](t)(d.jane.User(ctx))
	d.janeID = before.UserID
	if before.Username != "jane" || *before.MiddleName != "M." || *before.Email != "jane@example.com" || before.IsActive || before.SignUpStatus != "" {
		t.Errorf("jane sees %+v", before)
	}
	done(t, d.jane.Update(ctx, sso.UserPatch{DisplayName: sso.Some("Jane <Doe> & “日本” 🙂"), MiddleName: sso.Null[string]()}))
	after := must[client.User](t)(d.jane.User(ctx))
	if *after.DisplayName != "Jane <Doe> & “日本” 🙂" || after.MiddleName != nil || *after.FirstName != "Jane" {
		t.Errorf("after the update: %+v", after)
	}
	for patch, want := range map[*sso.UserPatch]sso.Code{
		{}:                         sso.MissingInput,
		{IsLocked: sso.Some(true)}: sso.InvalidInput, // which is for super-users
	} {
		if refused := refused(t, d.jane.Update(ctx, *patch), want); refused.Status != 403 {
			t.Errorf("%v", refused)
		}
	}
	// What no host takes is not sent.
	for text, patch := range map[string]sso.UserPatch{
		`updateUser: E008002: there is no key "color"`:     sso.PatchFromMap(map[string]any{"color": "red", "first_name": "J."}),
		"updateUser: E008002: username does not take NULL": {Username: sso.Null[string]()},
	} {
		if refused := refused(t, d.jane.Update(ctx, patch), sso.InvalidInput); refused.Status != 0 || refused.Error() != text {
			t.Errorf("%v, want %s", refused, text)
		}
	}

	expiry := time.Date(2345, 12, 27, 11, 22, 33, 456789000, time.FixedZone("", 3600))
	done(t, d.admin.UpdateByID(ctx, d.janeID, sso.UserPatch{PasswordExpiry: sso.Some(expiry), PasswordMustChange: sso.Some(false)}))
	seen := must[client.User](t)(d.admin.UserByID(ctx, d.janeID))
	if !seen.PasswordExpiry.Equal(expiry) || seen.PasswordExpiry.Location() != time.UTC || !seen.IsActive || seen.IsLocked || seen.LockedTime != nil ||
		seen.ApprovalStatus != sso.ApprovalApproved || time.Since(seen.SignUpTime).Abs() > time.Hour {
		t.Errorf("the super-user sees %+v", seen)
	}
	_, err := d.jane.UserByID(ctx, must[client.User](t)(d.admin.User(ctx)).UserID)
	refused(t, err, sso.NotAllowed)
}

func (d *day) users(t *testing.T) {
	ctx := t.Context()
	all := client.NewUser{Username: "joe", Password: janePassword, PasswordMustChange: true, Email: "joe@example.com",
		DisplayName: "Joe", FirstName: "Joseph", MiddleName: "X.", LastName: "Doe", IsLocked: true, SignUpStatus: sso.SignUpBeforeConfirmation,
		IsTOTPEnabled: true, TOTPKey: totpKey, TOTPLabel: "phone", IsRateLimitActive: true, RateLimitDef: "*=100/m", AutoApprove: true}
	joe := must[client.User](t)(d.admin.CreateUser(ctx, all))
	if joe.Username != "joe" || *joe.Email != "joe@example.com" || *joe.DisplayName != "Joe" || *joe.FirstName != "Joseph" || *joe.MiddleName != "X." ||
		*joe.LastName != "Doe" || !joe.IsLocked || !joe.PasswordMustChange || joe.SignUpStatus != sso.SignUpBeforeConfirmation ||
		!joe.IsTOTPEnabled || *joe.TOTPLabel != "phone" || joe.ApprovalStatus != sso.ApprovalApproved {
		t.Errorf("created: %+v", joe)
	}
	checkKeys(t, all, sso.KeysOfNewUserJSON())
	_, err := d.admin.CreateUser(ctx, client.NewUser{Username: "joe"})
	refused(t, err, sso.UsernameExists)
	_, err = d.jane.CreateUser(ctx, client.NewUser{Username: "jim"})
	refused(t, err, sso.NotAllowed)

	done(t, d.admin.UnlockUser(ctx, joe.UserID))
	done(t, d.admin.RejectUser(ctx, joe.UserID))
	if seen := must[client.User](t)(d.admin.UserByID(ctx, joe.UserID)); seen.IsLocked || seen.ApprovalStatus != sso.ApprovalRejected {
		t.Errorf("unlocked and rejected: %+v", seen)
	}
	done(t, d.admin.ApproveUser(ctx, joe.UserID))
	done(t, d.admin.LockUser(ctx, joe.UserID))
	if seen := must[client.User](t)(d.admin.UserByID(ctx, joe.UserID)); !seen.IsLocked || seen.LockedTime == nil || seen.ApprovalStatus != sso.ApprovalApproved {
		t.Errorf("locked and approved: %+v", seen)
	}
	done(t, d.admin.DeleteUser(ctx, joe.UserID))
	refused(t, d.admin.DeleteUser(ctx, joe.UserID), sso.InvalidOperation)
	refused(t, d.admin.DeleteUser(ctx, must[client.User](t)(d.admin.User(ctx)).UserID), sso.InvalidOperation)
}

// audit reads the audit in pages and as a whole: what is in both is the same.
func (d *day) audit(t *testing.T) {
	ctx := t.Context()
	_, err := d.jane.Audit(ctx, client.AuditCriteria{})
	refused(t, err, sso.NotAllowed)
	for _, err := range d.jane.ExportAudit(ctx, client.AuditCriteria{}) {
		refused(t, err, sso.NotAllowed)
	}
	_, err = d.admin.Audit(ctx, client.AuditCriteria{Op: "none"})
	refused(t, err, sso.InvalidInput)

	criteria := client.AuditCriteria{Op: sso.OpLogin, Result: sso.AuditOK, Since: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Ascending: true, PageSize: 2}
	var paged, exported []client.AuditEntry
	for {
		page := must[client.AuditPage](t)(d.admin.Audit(ctx, criteria))
		if paged = append(paged, page.Entries...); !page.HasNextPage {
			break
		}
		criteria.After = page.Next
	}
	criteria.After = 0
	for entry, err := range d.admin.ExportAudit(ctx, criteria) {
		done(t, err)
		exported = append(exported, entry)
	}
	if len(paged) < 3 || !reflect.DeepEqual(paged, exported) {
		t.Errorf("in pages %v, exported %v", paged, exported)
	}
	if e := paged[0]; e.ID == 0 || time.Since(e.Time).Abs() > time.Hour || len(e.CID) != 26 || e.Op != sso.OpLogin || e.Target == "" || e.App != "CRM" || e.UserAgent != "day" {
		t.Errorf("%+v", e)
	}
	for range d.admin.ExportAudit(ctx, client.AuditCriteria{}) { // who has read enough ends it
		break
	}
	one := must[client.AuditPage](t)(d.admin.Audit(ctx, client.AuditCriteria{CID: paged[0].CID}))
	if len(one.Entries) != 1 || one.HasNextPage || one.Next != 0 || !reflect.DeepEqual(one.Entries[0], paged[0]) {
		t.Errorf("%+v", one)
	}
}

// checkKeys checks that a value with all its fields set is written with keys that
// the SSO knows, each of them.
func checkKeys(t *testing.T, value any, want []sso.Key) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]any
	done(t, json.Unmarshal(text, &written))
	for _, key := range want {
		if _, isWritten := written[key.Name]; !isWritten {
			t.Errorf("%T has no %s", value, key.Name)
		}
		delete(written, key.Name)
	}
	if len(written) > 0 {
		t.Errorf("%T has %v, which the SSO does not know", value, written)
	}
}

// TestUserHasAllFields holds User to the fields that the SSO tells of users.
func TestUserHasAllFields(t *testing.T) {
	t.Parallel()
	var told []sso.Key
	for _, field := range sso.UserFields() {
		if field.Reader <= sso.AsSuperUser {
			told = append(told, field.Key)
		}
	}
	checkKeys(t, client.User{}, told)
}

func (d *day) search(t *testing.T) {
	ctx := t.Context()
	var names []string
	for i := range 5 {
		name := fmt.Sprintf("poe%d", i)
		names = append(names, name)
		must[client.User](t)(d.admin.CreateUser(ctx, client.NewUser{Username: name, LastName: "Poe", Email: name + "@example.com",
			IsRateLimitActive: true, RateLimitDef: "*=100/m"}))
	}
	poes := sso.SearchCriteria{LastName: sso.Some("poe"), PageSize: 2}
	page := must[client.Page](t)(d.admin.Search(ctx, poes))
	if page.Total != 5 || page.Pages != 3 || page.PageSize != 2 || page.Number != 1 || !page.HasNextPage || len(page.Users) != 2 ||
		!*page.Users[0].IsRateLimitActive || *page.Users[0].RateLimitDef != "*=100/m" {
		t.Errorf("a page: %+v", page)
	}
	all := func(criteria sso.SearchCriteria) (found []string) {
		for user, err := range d.admin.SearchAll(ctx, criteria) {
			done(t, err)
			found = append(found, user.Username)
		}
		return found
	}
	on := func(page int) sso.SearchCriteria {
		criteria := poes
		criteria.Page = page
		return criteria
	}
	for want, criteria := range map[string]sso.SearchCriteria{
		"poe0 poe1 poe2 poe3 poe4":      poes,
		"poe4":                          on(3),
		"":                              on(4),
		"jane poe0 poe1 poe2 poe3 poe4": {FirstName: sso.Some("jane"), LastName: sso.Some("POE"), NamesOr: true, PageSize: 1},
	} {
		if got := strings.Join(all(criteria), " "); got != want {
			t.Errorf("%+v: all are %q, want %q", criteria, got, want)
		}
	}
	everybody := poes
	everybody.AllPages = true
	for want, criteria := range map[string]sso.SearchCriteria{
		"poe0 poe1 poe2 poe3 poe4": everybody,
		"poe2":                     {Email: sso.Some("poe2@example.com")},
		"poe3":                     {Username: "poe3", LastName: sso.Some("Doe")},
		"jane":                     {UserID: d.janeID},
		"poe2 poe3":                {LastName: sso.Some("oe"), NamesContain: true, ApprovalStatus: sso.Some(sso.ApprovalBeforeDecision), SignUpStatus: sso.Some(sso.SignUpFinal), PageSize: 2, Page: 2},
		"poe0":                     {DisplayName: sso.Some("poe"), MiddleName: sso.Null[string](), PageSize: 1},
	} {
		var found []string
		for _, user := range must[client.Page](t)(d.admin.Search(ctx, criteria)).Users {
			found = append(found, user.Username)
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%+v: %q, want %q", criteria, got, want)
		}
	}
	search := d.admin.SearchAll(ctx, poes)
	for user := range search { // one may stop, and begin anew
		if user.Username != names[0] {
			t.Errorf("begins with %s", user.Username)
		}
		break
	}
	var found []string
	for user := range search {
		found = append(found, user.Username)
	}
	if !slices.Equal(found, names) {
		t.Errorf("%v, want %v", found, names)
	}
	errs := 0
	for user, err := range d.jane.SearchAll(ctx, poes) {
		refused(t, err, sso.NotAllowed)
		if errs++; user.Username != "" {
			t.Errorf("jane found %s", user.Username)
		}
	}
	if errs != 1 {
		t.Errorf("%d errors", errs)
	}
	_, err := d.admin.Search(ctx, sso.SearchFromMap(map[string]any{"colour": "red"}))
	if refused := refused(t, err, sso.InvalidInput); refused.Status != 0 {
		t.Errorf("%v", refused)
	}
}

func (d *day) attributes(t *testing.T) {
	ctx := t.Context()
	_, err := d.admin.SessionAttributes(d.jane.UST()).Get(ctx, "none")
	done(t, err)
	for name, a := range map[string]client.Attributes{
		"own": d.jane.Attributes(), "of a user": d.admin.UserAttributes(d.janeID), "of a session": d.jane.SessionAttributes(d.jane.UST()),
	} {
		t.Run(name, func(t *testing.T) {
			type colors struct{ Sky, Grass string }
			done(t, a.Create(ctx, client.Attr("colors", colors{"blue", "green"}), client.Attr("big", 9007199254740993)))
			refused(t, a.Create(ctx, client.Attr("new", 1), client.Attr("big", 1)), sso.AttributeExists)
			found := must[*client.Attribute](t)(a.Get(ctx, "colors"))
			var read colors
			if done(t, found.Decode(&read)); read.Grass != "green" || found.Name != "colors" || !found.ExpirationTime.IsZero() || !found.LastModified.Equal(found.CreationTime) ||
				found.IsEncrypted || time.Since(found.CreationTime).Abs() > time.Hour {
				t.Errorf("%+v", found)
			}
			done(t, a.Set(ctx, sso.AttributeChange{Name: "pin", Value: sso.Some[any]("1234"), Encrypt: sso.Some(true), Expiration: sso.Some(3600)}))
			done(t, a.Update(ctx, sso.AttributeChange{Name: "big", Value: sso.Some[any](nil), Expiration: sso.Some(60)}))
			refused(t, a.Update(ctx, client.Attr("none", 1)), sso.NoSuchAttribute)
			many := must[map[string]*client.Attribute](t)(a.GetMany(ctx, "pin", "big", "none"))
			if len(many) != 2 || string(many["pin"].Value) != `"1234"` || !many["pin"].IsEncrypted || string(many["big"].Value) != "null" ||
				time.Until(many["pin"].ExpirationTime) > time.Hour || many["big"].LastModified.IsZero() {
				t.Errorf("%+v", many)
			}
			stored := must[*client.Attribute](t)(a.KeepEncrypted().Get(ctx, "pin"))
			if !strings.HasPrefix(string(stored.Value), `"gAAAA`) {
				t.Errorf("as stored: %s", stored.Value)
			}
			if none := must[*client.Attribute](t)(a.Get(ctx, "none")); none != nil {
				t.Errorf("%+v", none)
			}
			if exist := must[map[string]bool](t)(a.ExistMany(ctx, "pin", "none")); !exist["pin"] || exist["none"] || len(exist) != 2 {
				t.Errorf("%v", exist)
			}
			if !must[bool](t)(a.Exists(ctx, "pin")) || must[bool](t)(a.Exists(ctx, "none")) {
				t.Error("exists")
			}
			if names := must[[]string](t)(a.Names(ctx)); !slices.Equal(names, []string{"big", "colors", "pin"}) {
				t.Errorf("%v", names)
			}
			done(t, a.Delete(ctx, "big", "colors", "pin", "none"))
			if names := must[[]string](t)(a.Names(ctx)); len(names) != 0 {
				t.Errorf("%v", names)
			}
			_, err := a.GetMany(ctx)
			refused(t, err, sso.InvalidInput)
			if err := a.Set(ctx, client.Attr("f", func() {})); err == nil || !strings.HasPrefix(err.Error(), "set") {
				t.Errorf("a value that has no JSON: %v", err)
			}
		})
	}
	_, err = d.jane.UserAttributes(must[client.User](t)(d.admin.User(ctx)).UserID).Names(ctx)
	refused(t, err, sso.NotAllowed)
}

func (d *day) sessions(t *testing.T) {
	ctx := t.Context()
	mine := must[[]client.OpenSession](t)(d.jane.Sessions(ctx))
	if len(mine) != 1 || mine[0].RemoteAddr != "192.0.2.7" || mine[0].UserAgent != "phone" || mine[0].AuthType != "default" || mine[0].AuthPrincipal != "jane" ||
		mine[0].ExternalID != "" || len(mine[0].StateChanges) != 1 || mine[0].StateChanges[0].Source != "login" || !mine[0].ExpirationTime.After(time.Now()) {
		t.Errorf("%+v", mine)
	}
	same := d.c.Session(mine[0].UST) // the token that a list has is good as well
	until := must[time.Time](t)(same.Renew(ctx))
	if until.Before(mine[0].ExpirationTime) {
		t.Errorf("renewed until %v", until)
	}
	if seen := must[client.OpenSession](t)(d.admin.SessionOf(ctx, d.jane.UST())); !seen.ExpirationTime.Equal(until) || seen.UserAgent != "phone" || !seen.CreationTime.Equal(mine[0].CreationTime) {
		t.Errorf("%+v, renewed until %v", seen, until)
	}
	if theirs := must[[]client.OpenSession](t)(d.admin.SessionsOf(ctx, d.jane.UST())); len(theirs) != 1 || len(theirs[0].StateChanges) != 2 || theirs[0].StateChanges[1].UserAgent != "day" {
		t.Errorf("%+v", theirs)
	}
	if !must[bool](t)(d.admin.Verify(ctx, d.jane.UST())) || must[bool](t)(d.admin.Verify(ctx, "none")) {
		t.Error("verify")
	}
	_, err := d.jane.Verify(ctx, d.admin.UST())
	checkText(t, refused(t, err, sso.NotAllowed).Error(), d.admin.UST(), d.jane.UST())
	_, err = d.c.Session("").User(ctx)
	refused(t, err, sso.NoSuchSession)
}

func (d *day) links(t *testing.T) {
	ctx := t.Context()
	link := sso.NewLink{UserID: d.janeID, AuthType: sso.AuthBasic, AuthUsername: runtime.InvokeDefinition, IsActive: true}
	done(t, d.admin.CreateLink(ctx, link))
	links := must[[]client.Link](t)(d.jane.Links(ctx, ""))
	if len(links) != 1 || links[0].AuthType != sso.AuthBasic || *links[0].AuthUsername != runtime.InvokeDefinition || !links[0].IsActive || links[0].CreationTime.IsZero() {
		t.Errorf("%+v", links)
	}
	refused(t, d.admin.CreateLink(ctx, link), sso.InvalidInput)
	link.AuthUsername = "nobody"
	var bad *client.Error
	if err := d.admin.CreateLink(ctx, link); !errors.As(err, &bad) || bad.Status != 400 || bad.Codes != nil || bad.Details != "Bad request" ||
		!strings.Contains(err.Error(), "an element is missing, empty or of a wrong type") {
		t.Errorf("an unknown definition: %v", err)
	}
	done(t, d.admin.DeleteLink(ctx, d.janeID, sso.AuthBasic, runtime.InvokeDefinition))
	if links := must[[]client.Link](t)(d.admin.Links(ctx, d.janeID)); len(links) != 0 {
		t.Errorf("%+v", links)
	}
}

func (d *day) passwords(t *testing.T) {
	ctx := t.Context()
	const other = "Other-Secret-Of-Mine"
	refused(t, d.jane.ChangePassword(ctx, sso.PasswordChange{OldPassword: other, NewPassword: other}), sso.NotAllowed)
	done(t, d.jane.ChangePassword(ctx, sso.PasswordChange{OldPassword: janePassword, NewPassword: other}))
	done(t, d.admin.ChangePassword(ctx, sso.PasswordChange{UserID: d.janeID, NewPassword: other, Expiry: sso.Some(2), MustChange: sso.Some(true)}))
	credentials := client.Credentials{Username: "jane", Password: other}
	_, err := d.c.Login(ctx, credentials)
	refused(t, err, sso.PasswordMustChange)
	credentials.NewPassword = janePassword
	d.jane = must[*client.Session](t)(d.c.Login(ctx, credentials))

	done(t, d.admin.ChangePassword(ctx, sso.PasswordChange{UserID: d.janeID, NewPassword: janePassword, Expiry: sso.Some(2)}))
	d.jane = must[*client.Session](t)(d.c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword}))
	if d.jane.Warning != sso.PasswordAboutToExpire {
		t.Errorf("a password that expires tomorrow: %q", d.jane.Warning)
	}

	if key := must[string](t)(d.jane.ResetTOTPKey(ctx, client.TOTPKey{Key: totpKey, Label: "tablet"})); key != totpKey {
		t.Errorf("the key that was given is %s", key)
	}
	made := must[string](t)(d.admin.ResetTOTPKey(ctx, client.TOTPKey{UserID: d.janeID}))
	if made == totpKey || len(made) < 16 {
		t.Errorf("the key that was made is %s", made)
	}
	if user := must[client.User](t)(d.jane.User(ctx)); user.TOTPLabel != nil {
		t.Errorf("a label: %s", *user.TOTPLabel)
	}
}

func (d *day) signUp(t *testing.T) {
	ctx := t.Context()
	signup := sso.Signup{Username: "sue", Password: janePassword, Email: sso.Some("sue@example.com"), Apps: []string{"CRM"}}
	token := must[string](t)(d.c.SignUp(ctx, signup))
	refused(t, d.c.ConfirmSignUp(ctx, "none"), sso.NoSuchSignupToken)
	done(t, d.c.ConfirmSignUp(ctx, token))
	checkText(t, refused(t, d.c.ConfirmSignUp(ctx, token), sso.SignupConfirmed).Error(), token)
	_, err := d.c.SignUp(ctx, sso.Signup{Username: "sue", Password: "short"})
	refused(t, err, sso.PasswordTooShort)
	_, err = d.c.SignUp(ctx, sso.SignupFromMap(map[string]any{"name": "sue"}))
	if refused := refused(t, err, sso.InvalidInput); refused.Status != 0 {
		t.Errorf("%v", refused)
	}
}

func (d *day) reset(t *testing.T) {
	ctx := t.Context()
	done(t, d.c.RequestPasswordReset(ctx, "nobody"))
	done(t, d.c.RequestPasswordReset(ctx, "jane"))
	var token string
	for _, word := range strings.Fields(d.mails.Next().Text) {
		if len(word) > len(token) && !strings.ContainsAny(word, ":/@.") {
			token = word
		}
	}
	_, err := d.c.AccessPasswordReset(ctx, "none")
	refused(t, err, sso.PasswordResetFailed)
	key := must[string](t)(d.c.AccessPasswordReset(ctx, token))
	change := sso.ResetPasswordChange{Token: token, ResetKey: key, NewPassword: "short"}
	refused(t, d.c.ResetPassword(ctx, change), sso.PasswordTooShort)
	change.NewPassword = janePassword
	done(t, d.c.ResetPassword(ctx, change))
	checkText(t, refused(t, d.c.ResetPassword(ctx, change), sso.PasswordResetFailed).Error(), token, key)
	d.jane = must[*client.Session](t)(d.c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword}))
}

func (d *day) logout(t *testing.T) {
	ctx := t.Context()
	done(t, d.jane.Logout(ctx))
	done(t, d.jane.Logout(ctx))
	_, err := d.jane.User(ctx)
	refused(t, err, sso.NoSuchSession)
	done(t, d.admin.Logout(ctx))
}
