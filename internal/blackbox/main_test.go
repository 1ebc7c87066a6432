package blackbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gatehouse/runtime/database/pgtest"
)

// executable is the path of the program, which TestMain builds.
var executable string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gatehouse-blackbox-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "blackbox:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	executable = filepath.Join(dir, "gatehouse")
	if output, err := exec.Command("go", "build", "-o", executable, "gatehouse/host").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "blackbox: build the program: %v\n%s", err, output)
		return 1
	}
	return pgtest.Run(m)
}

// suite is what is asked of a host, on either store. Its parts share the host
// and make users of their own.
var suite = []struct {
	name string
	test func(t *testing.T, h *host)
}{
	{"Verbs", testVerbs},
	{"Paths", testPaths},
	{"Bodies", testBodies},
	{"Query", testQuery},
	{"Headers", testHeaders},
	{"Applications", testApplications},
	{"Sessions of callers", testCallersSessions},
	{"Rights", testRights},
	{"Wrong types", testWrongTypes},
	{"Login", testLogin},
	{"Login with TOTP", testLoginWithTOTP},
	{"Logout", testLogout},
	{"Get user", testGetUser},
	{"Create user", testCreateUser},
	{"Update own user", testUpdateOwnUser},
	{"Update another user", testUpdateAnotherUser},
	{"Order of checks", testOrderOfChecks},
	{"Dates", testDates},
	{"Delete user", testDeleteUser},
	{"Lock", testLock},
	{"Approve", testApprove},
	{"Password", testPassword},
	{"Password that expires", testPasswordExpiry},
	{"TOTP key", testTOTPKey},
	{"Sign-up", testSignup},
	{"Password reset", testPasswordReset},
	{"Linked", testLinked},
	{"External sessions", testExternalSessions},
	{"Session", testSession},
	{"Session list", testSessionList},
	{"User attributes", testUserAttributes},
	{"Session attributes", testSessionAttributes},
	{"Rights to attributes", testRightsToAttributes},
	{"Search", testSearch},
	{"Python", testPython},
	{"JavaScript", testJavaScript},
}

func TestSuite(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, nil)
		for _, part := range suite {
			t.Run(part.name, func(t *testing.T) { part.test(t, h) })
		}
	})
}

// onBothStores runs a test with "", for SQLite, and with the URL of an empty
// PostgreSQL database, at the same time.
func onBothStores(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, "")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, pgtest.URL(t))
	})
}
