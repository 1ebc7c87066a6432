package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// pgBouncerVariable names the program, if it is not where it is looked for.
const pgBouncerVariable = "GATEHOUSE_TEST_PGBOUNCER"

// PgBouncer starts a PgBouncer in front of the server of a URL, which ends with
// the test, and returns the URL that leads through it. mode is its pool_mode.
// Where it is not installed, the test is skipped.
func PgBouncer(t testing.TB, direct, mode string) string {
	t.Helper()
	program, err := findPgBouncer()
	if err != nil {
		t.Skip(err)
	}
	through, err := startPgBouncer(t, program, direct, mode)
	if err != nil {
		t.Fatal(err)
	}
	return through
}

func findPgBouncer() (string, error) {
	if program := os.Getenv(pgBouncerVariable); program != "" {
		return program, nil
	}
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("PgBouncer is not installed (apt-get install pgbouncer, or set %s)", pgBouncerVariable)
}

func startPgBouncer(t testing.TB, program, direct, mode string) (string, error) {
	parsed, err := url.Parse(direct)
	if err != nil {
		return "", err
	}
	server := *parsed
	d, err := newDaemon()
	if err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if err := d.remove(); err != nil {
			t.Error(err)
		}
	})
	if err := d.write("users", []byte(strconv.Quote(superuser)+` ""`+"\n")); err != nil {
		return "", err
	}
	err = d.onFreePort(func() error {
		// With few sessions that take turns, a client seldom gets the same
		// twice; of the other modes, each client needs one for itself.
		size := 4
		if mode != "transaction" {
			size = 100
		}
		settings := fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = users
pool_mode = %s
server_round_robin = 1
default_pool_size = %d
server_login_retry = 1
server_tls_sslmode = disable
`, server.Hostname(), server.Port(), d.port, mode, size)
		if err := d.write("settings", []byte(settings)); err != nil {
			return err
		}
		parsed.Host = d.Address()
		return d.launch(d.command(program, "settings"), parsed.String())
	})
	return parsed.String(), err
}
