package open_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
)

// isEncrypted opens a database and tells whether it is reached by TLS.
func isEncrypted(t *testing.T, url string) (is bool, err error) {
	t.Helper()
	db, err := open.Database(t.Context(), url, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	return is, db.Read(t.Context(), database.Query{
		SQL: "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
		Row: func(scan func(...any) error) error { return scan(&is) },
	})
}

// texts returns the texts of an error and of all that it wraps.
func texts(err error) string {
	if err == nil {
		return ""
	}
	all := fmt.Sprintf("%v %+v\n", err, err)
	switch unwrapper := err.(type) {
	case interface{ Unwrap() error }:
		all += texts(unwrapper.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range unwrapper.Unwrap() {
			all += texts(err)
		}
	}
	return all
}

// withoutSettings keeps the developer's own settings of PostgreSQL away.
func withoutSettings(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, variable := range []string{"PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGPASSWORD", "PGTARGETSESSIONATTRS"} {
		t.Setenv(variable, "")
	}
}

func TestTLS(t *testing.T) {
	withoutSettings(t)
	ca, otherCA := pgtest.NewCA(t), pgtest.NewCA(t)
	server := pgtest.New(t, pgtest.Config{
		TLS: &pgtest.TLS{Certificate: ca.Issue(t, "127.0.0.1", "db.example.com"), ClientCA: ca.File},
		Access: []string{
			"hostssl all app 127.0.0.1/32 scram-sha-256",
			"hostssl all certified 127.0.0.1/32 cert",
		},
	})
	admin, err := open.Database(t.Context(), server.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = admin.Change(t.Context(), nil, func() ([]database.Query, error) {
		return []database.Query{{SQL: "CREATE ROLE app LOGIN PASSWORD 'hush-hush'"}, {SQL: "CREATE ROLE certified LOGIN"}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := admin.Close(); err != nil {
		t.Fatal(err)
	}

	_, port, _ := strings.Cut(server.Address(), ":")
	app := "postgres://app:hush-hush@127.0.0.1:" + port + "/postgres?"
	byName := "postgres://app:hush-hush@localhost:" + port + "/postgres?"
	certified := "postgres://certified:hush-hush@127.0.0.1:" + port + "/postgres?sslmode=verify-full&sslrootcert=" + ca.File
	client := func(certificate pgtest.Certificate) string {
		return "&sslcert=" + certificate.File + "&sslkey=" + certificate.KeyFile
	}
	withoutTLS := strings.Replace(pgtest.URL(t), "gatehouse@", "gatehouse:hush-hush@", 1)
	withoutTLS = strings.TrimSuffix(withoutTLS, "sslmode=disable")
	missing := filepath.Join(t.TempDir(), "missing.crt")
	noPEM := filepath.Join(t.TempDir(), "no.crt")
	if err := os.WriteFile(noPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}

	for name, url := range map[string]string{
		"require":                        app + "sslmode=require",
		"require, another name":          byName + "sslmode=require",
		"require with a CA is verify-ca": app + "sslmode=require&sslrootcert=" + ca.File,
		"verify-ca":                      app + "sslmode=verify-ca&sslrootcert=" + ca.File,
		"verify-ca, another name":        byName + "sslmode=verify-ca&sslrootcert=" + ca.File,
		"verify-full":                    app + "sslmode=verify-full&sslrootcert=" + ca.File,
		"certificate of the client":      certified + client(ca.Issue(t, "certified")),
		"no sslmode":                     app,
	} {
		t.Run(name, func(t *testing.T) {
			if is, err := isEncrypted(t, url); err != nil || !is {
				t.Errorf("encrypted: %t, %v", is, err)
			}
		})
	}
	t.Run("no sslmode, a server without TLS", func(t *testing.T) {
		if is, err := isEncrypted(t, withoutTLS); err != nil || is {
			t.Errorf("encrypted: %t, %v", is, err)
		}
	})

	for name, c := range map[string]struct {
		url, says string
		kind      database.Kind
	}{
		"wrong CA":                    {app + "sslmode=verify-full&sslrootcert=" + otherCA.File, "signed by no CA that is trusted here: have sslrootcert", database.Unavailable},
		"wrong CA, verify-ca":         {app + "sslmode=verify-ca&sslrootcert=" + otherCA.File, "sslrootcert", database.Unavailable},
		"wrong CA, require":           {app + "sslmode=require&sslrootcert=" + otherCA.File, "sslrootcert", database.Unavailable},
		"no CA":                       {app + "sslmode=verify-full", "sslrootcert", database.Unavailable},
		"wrong name":                  {byName + "sslmode=verify-full&sslrootcert=" + ca.File, `is for "db.example.com", "127.0.0.1", not for "localhost"`, database.Unavailable},
		"disabled":                    {app + "sslmode=disable", "set sslmode=verify-full", database.Unavailable},
		"wrong password":              {strings.Replace(app, "hush-hush", "hush-wrong", 1) + "sslmode=require", "check user and password", database.Unavailable},
		"wrong password, no sslmode":  {strings.Replace(app, "hush-hush", "hush-wrong", 1), "check user and password", database.Unavailable},
		"no certificate":              {certified, "sslcert and sslkey", database.Unavailable},
		"certificate of another role": {certified + client(ca.Issue(t, "somebody")), "sslcert and sslkey", database.Unavailable},
		"certificate of another CA":   {certified + client(otherCA.Issue(t, "certified")), "sslcert and sslkey", database.Unavailable},
		"certificate without key":     {certified + "&sslcert=" + ca.File, "sslkey", database.Internal},
		"missing CA file":             {app + "sslmode=verify-full&sslrootcert=" + missing, missing, database.Internal},
		"CA file that is none":        {app + "sslmode=verify-full&sslrootcert=" + noPEM, "files in PEM", database.Internal},
		"no such sslmode":             {app + "sslmode=always", "verify-full", database.Internal},
		"password of a key":           {certified + "&sslpassword=hush-key&sslcert=" + ca.File + "&sslkey=" + missing, missing, database.Internal},
		"server without TLS":          {withoutTLS + "sslmode=require", "does not offer TLS", database.Unavailable},
		"expired": {"postgres://app:hush-hush@" + expired(t, ca) + "/postgres?sslmode=verify-full&sslrootcert=" + ca.File,
			"has expired", database.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := isEncrypted(t, c.url)
			if !database.IsKind(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("%v, want kind %v and %q", err, c.kind, c.says)
			}
			if all := texts(err); strings.Contains(all, "hush") {
				t.Errorf("the error tells a password: %s", all)
			}
		})
	}

	// The server says why and hangs up: a client that is slow may meet the
	// latter first.
	t.Run("certificate of the client has expired", func(t *testing.T) {
		url := certified + client(ca.IssueExpired(t, "certified"))
		for range 10 {
			_, err := isEncrypted(t, url)
			if !database.IsKind(err, database.Unavailable) {
				t.Fatalf("%v, want kind Unavailable", err)
			}
			if strings.Contains(err.Error(), "expired certificate") && strings.Contains(err.Error(), "check sslcert") {
				return
			}
		}
		t.Error("the error never says what is wrong")
	})
}

// expired starts a server whose certificate has expired and returns its address.
func expired(t *testing.T, ca *pgtest.CA) string {
	t.Helper()
	return pgtest.New(t, pgtest.Config{TLS: &pgtest.TLS{Certificate: ca.IssueExpired(t, "127.0.0.1")}}).Address()
}
