package main

import (
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slowService says that it has begun, sleeps for as long as it is told,
// updates the user, and at the very end is refused an update.
const slowService = `package services

import (
	"time"

	"gatehouse/runtime/service"
)

type Slow struct{ service.Service }

func (self *Slow) Handle() error {
	self.Logger.Info("slow call begun")
	pause, err := time.ParseDuration(self.Request.Get("pause", "1s"))
	if err != nil {
		return err
	}
	time.Sleep(pause)
	data := service.Dict{"display_name": "After the signal"}
	if err := self.SSO.User.UpdateCurrentUser(self.CID, data, self.Request.Get("ust", ""), "CRM", "127.0.0.1"); err != nil {
		return err
	}
	if err := self.SSO.User.UpdateCurrentUser(self.CID, data, "no UST", "CRM", "127.0.0.1"); err == nil {
		return service.Conflict("an update without a session was not refused")
	}
	return nil
}
`

// answered is what a request in flight has come to.
type answered struct {
	status int
	body   string
}

// serveSlow starts a host with a call in flight.
func serveSlow(t *testing.T, flags []string, pause string) (*process, <-chan answered) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "services", "slow.go"), slowService)
	host := serve(t, dir, flags...)
	ust := strings.TrimSpace(command(t, dir, append([]string{"sso", "login", "admin"}, flags...)...))
	answer := make(chan answered, 1)
	go func() {
		status, body := host.send("POST", "/zato/api/invoke/slow.slow", `{"ust":"`+ust+`","pause":"`+pause+`"}`)
		answer <- answered{status, body}
	}()
	host.await("the call", func() bool { return strings.Contains(host.stderr.String(), "slow call begun") })
	return host, answer
}

// TestSignalEndsCleanly interrupts a host with a call in flight: the call
// finishes, and nothing that was done is missing in the audit.
func TestSignalEndsCleanly(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			onEveryDatabase(t, func(t *testing.T, flags []string) { testSignalEndsCleanly(t, flags, signal) })
		})
	}
}

func testSignalEndsCleanly(t *testing.T, flags []string, signal syscall.Signal) {
	t.Helper()
	host, answer := serveSlow(t, flags, "1s")
	host.signal(signal)
	if status := host.status(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
	if got := <-answer; got.status != 200 {
		t.Errorf("the call in flight was answered %d %s", got.status, got.body)
	}
	audit := command(t, host.cmd.Dir, append([]string{"audit", "list"}, flags...)...)
	// Refusals are written in batches, in the background: this one was still
	// on its way when the host began to end.
	for _, result := range []string{"ok", "error"} {
		if n := strings.Count(audit, "user.update_current_user  "+result); n != 1 {
			t.Errorf("the audit has %d updates with result %s, want 1:\n%s", n, result, audit)
		}
	}
}

// TestSecondSignalEndsAtOnce interrupts a host twice.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	host, answer := serveSlow(t, nil, "25s")
	host.signal(syscall.SIGINT)
	host.await("the end of listening", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(host.url, "http://"))
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	second := time.Now()
	host.signal(syscall.SIGINT)
	if status := host.status(); status != exitInterrupted {
		t.Errorf("exit status %d, want %d", status, exitInterrupted)
	}
	if got := <-answer; got.status != 0 || time.Since(second) > 20*time.Second {
		t.Errorf("the call in flight went on: %d %s", got.status, got.body)
	}
	if audit := command(t, host.cmd.Dir, "audit", "list"); strings.Contains(audit, "update_current_user") {
		t.Errorf("the call in flight has written: %s", audit)
	}
}

// TestReadOnlyDataDirectory runs the program as a user who may not write
// where its data is to be, or is already.
func TestReadOnlyDataDirectory(t *testing.T) {
	t.Parallel()
	dir := publicDir(t)
	credential := unprivileged(t)
	installed := filepath.Join(dir, program)
	copyFile(t, programFile(t), installed)
	start := func(args ...string) *process {
		cmd := exec.Command(installed, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
		return launchAs(t, cmd, dir)
	}

	// The directory is not there and cannot be made.
	chmod(t, dir, 0o555)
	start("--listen", "127.0.0.1:0").checkFails(`gatehouse: data directory: mkdir data: permission denied: choose another with --data, or make it writable`)
	chmod(t, dir, 0o755)

	// It is there, empty.
	data := filepath.Join(dir, "empty")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	chmod(t, data, 0o555)
	start("--listen", "127.0.0.1:0", "--data", "empty").checkFails(`gatehouse: .*empty.*permission denied`)
	chmod(t, data, 0o755)

	// It is there, with all that an installation has.
	full := filepath.Join(dir, "full")
	if err := os.Mkdir(full, 0o755); err != nil {
		t.Fatal(err)
	}
	own(t, full, credential)
	first := start("sso", "create-super-user", "admin", "--password", "Adm1n-secret", "--data", "full")
	if status := first.status(); status != 0 {
		t.Fatalf("exit status %d", status)
	}
	chmod(t, filepath.Join(full, "gatehouse.db"), 0o400)
	chmod(t, full, 0o555)
	for _, args := range [][]string{
		{"--listen", "127.0.0.1:0", "--data", "full"},
		{"sso", "create-user", "jane", "--password", "Jane-secret-1", "--data", "full"},
	} {
		start(args...).checkFails(`gatehouse: database: .*full/gatehouse\.db.*(read-only|permission denied|right to)`)
	}
	chmod(t, full, 0o755) // so that it can be removed
}

// publicDir makes a directory that other users can reach, unlike t.TempDir.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gatehouse-host-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	chmod(t, dir, 0o755)
	return dir
}

// unprivileged returns the user nobody, for tests that run as root, whom file
// modes do not hold; nil otherwise.
func unprivileged(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatalf("run the tests as another user than root: %v", err)
	}
	uid, uidErr := strconv.ParseUint(nobody.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(nobody.Gid, 10, 32)
	if uidErr != nil || gidErr != nil {
		t.Fatalf("user nobody is %s:%s", nobody.Uid, nobody.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func own(t *testing.T, path string, credential *syscall.Credential) {
	t.Helper()
	if credential == nil {
		return
	}
	if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// copyFile copies a program. No other test starts one meanwhile: it would have
// the file open for writing until it is another program, so that this one could
// not be started ("text file busy").
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
}
