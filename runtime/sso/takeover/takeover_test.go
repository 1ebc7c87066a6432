package takeover_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/database/postgres"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/takeover"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// zato is a database that Zato made.
type zato struct {
	t    *testing.T
	db   database.DB
	keys *secret.Keyring

	Key   string `json:"fernet_key"`
	Users map[string]struct {
		Username, Password string
		UST                string
		USTClear           string `json:"ust_clear"`
	}
}

func newZato(t *testing.T) *zato {
	t.Helper()
	script, err := os.ReadFile("../store/testdata/zato_odb.sql")
	if err != nil {
		t.Fatal(err)
	}
	facts, err := os.ReadFile("../store/testdata/zato_odb.json")
	if err != nil {
		t.Fatal(err)
	}
	z := &zato{t: t}
	if err := json.Unmarshal(facts, z); err != nil {
		t.Fatal(err)
	}
	key, err := secret.ParseKey(z.Key)
	if err != nil {
		t.Fatal(err)
	}
	z.keys = secret.NewKeyring(key)
	if z.db, err = postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.db.Close() })
	z.script(string(script) + "\nSELECT set_config('search_path', 'public', false);")
	return z
}

// script runs statements as they are.
func (z *zato) script(sql string) {
	z.t.Helper()
	owner := fmt.Sprint("test ", len(sql))
	if err := z.db.Migrate(z.t.Context(), owner, []database.Migration{{Version: 1, Name: "test", PostgreSQL: sql}}); err != nil {
		z.t.Fatal(err)
	}
}

func (z *zato) text(sql string, args ...any) (text string) {
	z.t.Helper()
	err := z.db.Read(z.t.Context(), database.Query{SQL: sql, Args: args, Row: func(scan func(...any) error) error { return scan(&text) }})
	if err != nil {
		z.t.Fatal(err)
	}
	return text
}

func (z *zato) exec(sql string, args ...any) {
	z.t.Helper()
	err := z.db.Change(z.t.Context(), nil, func() ([]database.Query, error) { return []database.Query{{SQL: sql, Args: args}}, nil })
	if err != nil {
		z.t.Fatal(err)
	}
}

// core opens the SSO over the database, as a host does.
func (z *zato) core() *core.Core {
	z.t.Helper()
	if err := z.db.Migrate(z.t.Context(), store.MigrationOwner, store.Migrations()); err != nil {
		z.t.Fatal(err)
	}
	made, err := core.New(z.t.Context(), core.Options{Config: core.DefaultConfig(), Store: store.New(z.db), Keys: z.keys, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		z.t.Fatal(err)
	}
	z.t.Cleanup(func() { made.Close(z.t.Context()) })
	return made
}

func (z *zato) inspect() *takeover.Report {
	z.t.Helper()
	report, err := takeover.Inspect(z.t.Context(), z.db, z.keys)
	if err != nil {
		z.t.Fatal(err)
	}
	return report
}

func TestInspectWhatZatoLeft(t *testing.T) {
	t.Parallel()
	z := newZato(t)
	got := z.inspect()
	want := takeover.Report{Users: 3, SuperUsers: 1, Sessions: 4, LiveSessions: 4, Attributes: 8, PasswordResets: 1,
		SearchColumns: got.SearchColumns, EmailDigests: 2}
	if len(got.SequencesBehind) != 0 {
		t.Errorf("behind: %v", got.SequencesBehind)
	}
	if len(got.Unreadable) != 0 || fmt.Sprint(want) != fmt.Sprint(*got) || got.EmailDigests == 0 {
		t.Errorf("got  %+v\nwant %+v", *got, want)
	}
	for what, keys := range map[string]*secret.Keyring{"another key": secret.NewKeyring(secret.NewKey())} {
		if _, err := takeover.Inspect(t.Context(), z.db, keys); !errors.Is(err, takeover.ErrKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
	c := z.core()
	if _, err := c.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := z.inspect(); after.SearchColumns+after.EmailDigests != 0 {
		t.Errorf("incomplete after all: %+v", after)
	}
}

func TestDatabasesThatAreNotZatos(t *testing.T) {
	t.Parallel()
	z := newZato(t)
	z.script("ALTER TABLE zato_sso_user DROP COLUMN totp_label")
	if _, err := takeover.Inspect(t.Context(), z.db, z.keys); !errors.Is(err, takeover.ErrSchema) || !strings.Contains(err.Error(), "zato_sso_user.totp_label") {
		t.Errorf("an older schema: %v", err)
	}
	empty, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	if _, err := takeover.Inspect(t.Context(), empty, z.keys); !errors.Is(err, takeover.ErrNothing) {
		t.Errorf("an empty database: %v", err)
	}
}

// TestOtherFormsThatRead has what Zato wrote in other versions and settings:
// all of it must read.
func TestOtherFormsThatRead(t *testing.T) {
	t.Parallel()
	z := newZato(t)
	hexed := func(table, column string, id int) {
		token := z.text("SELECT "+column+" FROM "+table+" WHERE id = $1", id)
		if !strings.HasPrefix(token, secret.TokenPrefix) {
			t.Fatalf("%s.%s of %d is no token", table, column, id)
		}
		z.exec("UPDATE "+table+" SET "+column+" = $2 WHERE id = $1", id, `\x`+hex.EncodeToString([]byte(token)))
	}
	for _, column := range []string{"password", "email", "totp_key", "totp_label"} {
		hexed("zato_sso_user", column, 1)
	}
	hash, err := z.keys.DecryptStored(z.text("SELECT password FROM zato_sso_user WHERE id = 2"))
	if err != nil {
		t.Fatal(err)
	}
	z.exec("UPDATE zato_sso_user SET password = $1, email = 'clear@example.com', totp_label = '<default-label>', first_name = 'straße', first_name_upper = NULL WHERE id = 2", hash)
	z.exec(`UPDATE zato_sso_session SET opaque1 = '"{\"session_state_change_list\": []}"', ext_session_id = '' WHERE id = 1`)
	z.exec(`UPDATE zato_sso_session SET opaque1 = '' WHERE id = 2`)
	// IDs without their leading zeros.
	z.script(`SET LOCAL session_replication_role TO replica;
		UPDATE zato_sso_attr SET user_id = 'zusr7' WHERE user_id = (SELECT user_id FROM zato_sso_user WHERE id = 2);
		UPDATE zato_sso_password_reset SET user_id = 'zusr7', token = '1z' WHERE user_id = (SELECT user_id FROM zato_sso_user WHERE id = 2);
		UPDATE zato_sso_user SET user_id = 'zusr7' WHERE id = 2;
		UPDATE zato_sso_attr SET ust = 'zust' || id WHERE ust IS NOT NULL;
		UPDATE zato_sso_attr SET _ust_string = ust WHERE ust IS NOT NULL;
		UPDATE zato_sso_session SET ust = 'zust1' WHERE id = 3`)
	if report := z.inspect(); len(report.Unreadable) != 0 {
		t.Errorf("unreadable: %v", report.Unreadable)
	}
	c := z.core()
	if _, err := c.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	admin := z.Users["super_user"]
	got, err := c.CurrentUser(t.Context(), ssotest.Call(admin.UST), true)
	if err != nil || got.Email == nil || *got.Email != "admin1@example.com" || *got.TOTPKey != "KMCLCWN4YPMD2WO3" || *got.TOTPLabel != "My phone" {
		t.Errorf("hexadecimal columns: %+v, %v", got, err)
	}
	other, err := c.UserByID(t.Context(), ssotest.Call(admin.UST), "zusr7", false)
	if err != nil || *other.Email != "clear@example.com" || other.TOTPLabel != nil {
		t.Errorf("clear columns: %+v, %v", other, err)
	}
	short, err := c.CurrentUser(t.Context(), ssotest.Call(z.keys.Encrypt([]byte("zust1"))), false)
	if err != nil {
		t.Errorf("a session with a short ID: %v", err)
	}
	if _, err := c.RenewSession(t.Context(), ssotest.Call(z.keys.Encrypt([]byte("zust1")))); err != nil {
		t.Errorf("renewing it, of %s: %v", short.Username, err)
	}
	search := sso.SearchFromMap(map[string]any{"first_name": "STRASSE"})
	if found, err := c.Search(t.Context(), ssotest.Call(admin.UST), search); err != nil || found.Total != 1 {
		t.Errorf("the completed search column: %+v, %v", found, err)
	}
	for _, user := range z.Users {
		if user.Username != other.Username {
			continue
		}
		if _, err := c.Login(t.Context(), ssotest.Call(""), sso.LoginRequest{Username: user.Username, Password: user.Password}); err != nil {
			t.Errorf("a hash in clear: %v", err)
		}
	}
}

// TestWhatCannotBeReadStopsNothingElse spoils values of each kind.
func TestWhatCannotBeReadStopsNothingElse(t *testing.T) {
	t.Parallel()
	z := newZato(t)
	foreign := secret.NewKeyring(secret.NewKey())
	secretText := "a-secret-of-the-user"
	z.exec("UPDATE zato_sso_user SET email = $1, totp_key = $2, creation_ctx = '{\"broken', password_expiry = 'infinity' WHERE id = 3",
		foreign.Encrypt([]byte(secretText)), z.keys.Encrypt([]byte("not base32 at all")))
	z.exec(`INSERT INTO zato_sso_user SELECT 100, 'zusr100', is_active, is_internal, is_super_user, is_locked, locked_time, creation_ctx, locked_by,
		approval_status, approval_status_mod_time, approval_status_mod_by, 'md5', 'md5$` + secretText + `', password_is_set, password_must_change,
		'294000-01-01', password_expiry, sign_up_status, '0044-03-15 BC', sign_up_confirm_time, 'token100' FROM zato_sso_user WHERE id = 1`)
	z.exec("UPDATE zato_sso_session SET opaque1 = '" + secretText + "', expiration_time = 'infinity' WHERE id = 2")
	z.exec("UPDATE zato_sso_session SET ust = 'zust-" + secretText + "', opaque1 = '\"{twice\"' WHERE id = 1")
	z.exec("UPDATE zato_sso_attr SET value = $1 WHERE id = 2", `"`+foreign.Encrypt([]byte("x"))+`"`)
	z.exec("UPDATE zato_sso_attr SET value = '{' WHERE id = 3")
	z.exec("UPDATE zato_sso_password_reset SET creation_ctx = '[', access_time = '-infinity' WHERE id = 1")
	report := z.inspect()
	var got []string
	for _, fault := range report.Unreadable {
		got = append(got, fault.String())
	}
	want := []string{
		"zato_sso_user, id 3, email: cannot be decrypted with this secret key",
		"zato_sso_user, id 3, totp_key: is no TOTP key: want base32, 16 characters or more",
		"zato_sso_user, id 3, creation_ctx: holds no JSON",
		"zato_sso_user, id 3, password_expiry: is out of range: it is read as the last day of the year 9999",
		"zato_sso_user, id 100, password: is no hash of a known kind: its user cannot log in",
		"zato_sso_user, id 100, password_last_set: is out of range: it is read as the last day of the year 9999",
		"zato_sso_user, id 100, sign_up_time: is out of range: it is read as the first day of the year 1",
		"zato_sso_session, id 1, ust: is no ID of a session: it cannot be used",
		"zato_sso_session, id 1, opaque1: holds no JSON",
		"zato_sso_session, id 2, opaque1: holds no JSON",
		"zato_sso_session, id 2, expiration_time: is out of range: it is read as the last day of the year 9999",
		"zato_sso_attr, id 2, value: cannot be decrypted with this secret key",
		"zato_sso_attr, id 3, value: holds no JSON",
		"zato_sso_password_reset, id 1, creation_ctx: holds no JSON",
		"zato_sso_password_reset, id 1, access_time: is out of range: it is read as the first day of the year 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(fmt.Sprint(got), secretText) {
		t.Error("the report tells a value")
	}
	c := z.core()
	if _, err := c.Complete(t.Context()); err != nil {
		t.Errorf("completing: %v", err)
	}
	admin := z.Users["super_user"]
	found, err := c.Search(t.Context(), ssotest.Call(admin.UST), sso.SearchFromMap(map[string]any{}))
	if err != nil || found.Total != 4 {
		t.Errorf("searching all: %d, %v", found.Total, err)
	}
	if _, err := c.RenewSession(t.Context(), ssotest.Call(admin.UST)); err != nil { // id 2
		t.Errorf("renewing the session whose state is broken: %v", err)
	}
	attributes, err := c.Attributes(t.Context(), ssotest.Call(admin.UST), sso.AttributeOwner{}, sso.AttributeQuery{Names: []string{"theme"}, Decrypt: true})
	if err != nil || len(attributes) != 1 || attributes[0].Value != "dark" {
		t.Errorf("the attribute beside one that is broken: %+v, %v", attributes, err)
	}
}
