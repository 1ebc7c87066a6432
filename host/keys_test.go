package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/database/pgtest"
	"gatehouse/runtime/secret"
)

// TestRotateWhileServing has clients log in and change things over HTTP while
// the key is replaced, by a rotation that is killed and then run again. On
// PostgreSQL two hosts serve. At the end the older key is gone.
func TestRotateWhileServing(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); rotateWhileServing(t, "", 1) })
	t.Run("PostgreSQL", func(t *testing.T) { t.Parallel(); rotateWhileServing(t, pgtest.URL(t), 2) })
}

func rotateWhileServing(t *testing.T, url string, count int) {
	dir := t.TempDir()
	flags := []string{}
	if url != "" {
		flags = append(flags, "--database", url)
	}
	args := func(more ...string) []string { return append(more, flags...) }
	const users = 4
	name := func(i int) string { return fmt.Sprintf("user-%d", i) }
	for i := range users {
		command(t, dir, args("sso", "create-user", name(i), "--password", "Some-secret-1", "--email", name(i)+"@example.com")...)
	}
	manyAttributes(t, dir, url, 3000)
	hosts := make([]*process, count)
	for i := range hosts {
		hosts[i] = serve(t, dir, args()...)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var clients sync.WaitGroup
	var rounds atomic.Int64
	last := make([]string, users)
	for i := range users {
		clients.Go(func() {
			host := hosts[i%count]
			for n := 1; ctx.Err() == nil; n++ {
				status, body := host.send("POST", "/zato/sso/user/login", fmt.Sprintf(`{"username":%q,"password":"Some-secret-1","current_app":"CRM"}`, name(i)))
				var answer struct{ UST string }
				if err := json.Unmarshal([]byte(body), &answer); status != 200 || err != nil || answer.UST == "" {
					t.Errorf("%s, login %d: %d %s", name(i), n, status, body)
					return
				}
				value := fmt.Sprintf("%d@example.com", n)
				for path, request := range map[string]string{"/zato/sso/user": `"email":"` + value + `"`, "/zato/sso/user/attr": `"name":"pin","value":"x","encrypt":true`} {
					method := map[string]string{"/zato/sso/user": "PATCH", "/zato/sso/user/attr": "PUT"}[path]
					status, body = host.send(method, path, fmt.Sprintf(`{"ust":%q,"current_app":"CRM",%s}`, answer.UST, request))
					if status != 200 {
						t.Errorf("%s, %s %d: %d %s", name(i), path, n, status, body)
						return
					}
				}
				last[i] = value
				rounds.Add(1)
			}
		})
	}
	wait := func() {
		for until := rounds.Load() + 2*users; rounds.Load() < until && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
	}
	wait()

	// The first rotation is killed at work.
	killed := launch(t, dir, args("keys", "rotate")...)
	killed.await("its progress", func() bool { return strings.Contains(killed.stderr.String(), "zato_sso_attr: ") })
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed.exited
	wait()
	keys, err := secret.LoadKeys(filepath.Join(dir, "data", "secret.key"))
	if err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	older := keys[1].ID()
	if refused := launch(t, dir, args("keys", "remove", older, "--force", "--yes")...); refused.status() != 1 {
		t.Error("a key was removed in the middle of a rotation")
	}
	said := command(t, dir, args("keys", "rotate")...)
	if !strings.Contains(said, "Key "+older+" is needed no more") {
		t.Errorf("the rotation said: %s", said)
	}
	wait()
	stop()
	clients.Wait()
	command(t, dir, args("keys", "remove", older, "--force", "--yes")...)

	for i := range users {
		host := hosts[(i+1)%count]
		host.await("the login without the older key", func() bool {
			status, body := host.send("POST", "/zato/sso/user/login", fmt.Sprintf(`{"username":%q,"password":"Some-secret-1","current_app":"CRM"}`, name(i)))
			return status == 200 && strings.Contains(body, "gAAAA")
		})
	}
	for _, host := range hosts {
		host.stop()
	}
	found := command(t, dir, args("keys", "list", "--usage", "--json")...)
	if strings.Count(found, "\n") != 1 || strings.Contains(found, older) {
		t.Errorf("keys: %s", found)
	}
	command(t, dir, args("audit", "verify")...)

	// Started anew, with the new key alone.
	host := serve(t, dir, args()...)
	for i := range users {
		ust := strings.TrimSpace(command(t, dir, args("sso", "login", name(i), "--password", "Some-secret-1")...))
		if status, body := host.send("GET", "/zato/sso/user", fmt.Sprintf(`{"ust":%q,"current_app":"CRM"}`, ust)); status != 200 || !strings.Contains(body, `"`+last[i]+`"`) {
			t.Errorf("%s: %d %s, want the e-mail %s", name(i), status, body, last[i])
		}
	}
	host.stop()
}

// TestHostWithoutTheNewKey has a host with a key file of its own, which does not
// get the new key.
func TestHostWithoutTheNewKey(t *testing.T) {
	t.Parallel()
	url, dir := pgtest.URL(t), t.TempDir()
	command(t, dir, "sso", "create-user", "jane", "--password", "Jane-secret-1", "--database", url)
	file := filepath.Join(dir, "data", "secret.key")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "own.key")
	if err := os.WriteFile(own, content, 0o600); err != nil {
		t.Fatal(err)
	}
	host := serve(t, dir, "--database", url, "--key-file", own)
	login := func() (int, string) {
		return host.send("POST", "/zato/sso/user/login", `{"username":"jane","password":"Jane-secret-1","current_app":"CRM"}`)
	}
	if status, body := host.get("/readyz"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	command(t, dir, "keys", "rotate", "--database", url)
	if status, _ := host.get("/readyz"); status != 503 {
		t.Errorf("ready without the new key: %d", status)
	}
	if status, body := login(); status == 200 {
		t.Errorf("logged in without the new key: %d %s", status, body)
	}
	launch(t, dir, "--listen", "127.0.0.1:0", "--database", url, "--key-file", own).checkFails("this host does not have the key")

	// As soon as it gets the key, it goes on.
	if content, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := login(); status != 200 {
		t.Errorf("login with the new key: %d %s", status, body)
	}
	if status, body := host.get("/readyz"); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	host.stop()
}

// manyAttributes gives the first user so many encrypted attributes that a
// rotation takes a while.
func manyAttributes(t *testing.T, dir, url string, n int) {
	t.Helper()
	keys, err := secret.LoadKeys(filepath.Join(dir, "data", "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	if url == "" {
		url = filepath.Join(dir, "data", "gatehouse.db")
	}
	db, err := open.Database(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	value := `"` + secret.NewKeyring(keys[0]).Encrypt([]byte("text")) + `"`
	inserts := make([]database.Query, n)
	for i := range inserts {
		inserts[i] = database.Query{SQL: `INSERT INTO zato_sso_attr (creation_time, is_session_attr, is_encrypted, serial_method, name, value, _ust_string, user_id)
			SELECT sign_up_time, false, true, 'json', $1, $2, '', user_id FROM zato_sso_user WHERE username = 'user-0'`,
			Args: []any{fmt.Sprint("attribute ", i), value}}
	}
	if err := db.Change(t.Context(), nil, func() ([]database.Query, error) { return inserts, nil }); err != nil {
		t.Fatal(err)
	}
}
