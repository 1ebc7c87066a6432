package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/runtime/database/pgtest"
)

// TestServeTLS does what the page of a host with TLS says, for a certificate of
// this machine's address and for one of a name.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	ca := pgtest.NewCA(t)
	for _, name := range []string{"127.0.0.1", "sso.example.com", "*.example.com"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issued := ca.Issue(t, name)
			cmd := exec.Command(programFile(t), "--listen", "127.0.0.1:0", "--services", services(t))
			cmd.Env = []string{"GATEHOUSE_HTTP_TLS_CERT_FILE=" + issued.File, "GATEHOUSE_HTTP_TLS_KEY_FILE=" + issued.KeyFile,
				"GATEHOUSE_HTTP_TLS_REDIRECT_LISTEN=127.0.0.1:0"}
			host := launchAs(t, cmd, t.TempDir())
			host.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Roots(), ServerName: strings.Replace(name, "*", "any", 1)}}}
			host.awaitServing()
			if !strings.HasPrefix(host.url, "https://") || !strings.Contains(host.stdout.String(), "\n  sent on   from http://127.0.0.1:") ||
				!strings.Contains(host.stdout.String(), "\n  docs      https://") {
				t.Error("the page does not say where it serves")
			}
			checkPasted(t, host.paste(""))
			host.stop()
		})
	}
}

func TestServeTLSRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/gatehouse.yaml", "http:\n  tls:\n    cert_file: no.crt\n    key_file: no.key\n")
	launch(t, dir, "--listen", "127.0.0.1:0", "--config", "gatehouse.yaml").
		checkFails(`configuration gatehouse.yaml: line 3: http.tls.cert_file: there is no file no.crt`)
}

// TestManyIdleConnections holds ten thousand connections to a host, in all the
// states that cost their clients nothing, while others log in, and looks at what
// they cost the host.
func TestManyIdleConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("opens ten thousand connections")
	}
	want := 10_000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(limit.Max) - 1000; most < want { // the host, a process of its own, has the same limit
		want = most / 2
		t.Logf("the limit of open files, %d, allows no more than %d connections here", limit.Max, want)
	}
	host := serveWith(t, t.TempDir(), []string{
		// So that they stay as long as the test does.
		"GATEHOUSE_HTTP_HEADER_TIMEOUT=1h", "GATEHOUSE_HTTP_READ_TIMEOUT=1h", "GATEHOUSE_HTTP_IDLE_TIMEOUT=1h",
	}, "--services", services(t))
	before, isKnown := host.memory()
	address := strings.TrimPrefix(host.url, "http://")
	kinds := []string{
		"", // says nothing
		"GET /zato/ping HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"POST /zato/sso/user/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
		"GET /zato/ping HTTP/1.1\r\nHost: x\r\n\r\n", // and is idle then
	}
	connections := make([]net.Conn, want)
	defer func() {
		for _, connection := range connections {
			if connection != nil {
				connection.Close()
			}
		}
	}()
	for i := range connections {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		connections[i] = connection
		kind := kinds[i%len(kinds)]
		if _, err := io.WriteString(connection, kind); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if strings.HasSuffix(kind, "\r\n\r\n") && !strings.HasPrefix(kind, "POST") {
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil || response.StatusCode != http.StatusOK {
				t.Fatalf("connection %d: %v", i, err)
			}
			response.Body.Close()
		}
	}
	login := fmt.Sprintf(`{"username":"admin","password":%q,"current_app":"CRM"}`, host.password("super-user"))
	for i := range 20 {
		host.client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
		if status, answer := host.send(http.MethodPost, "/zato/sso/user/login", login); status != http.StatusOK {
			t.Fatalf("login %d: %d %s", i, status, answer)
		}
		if status, answer := host.get("/zato/services"); status != http.StatusOK {
			t.Fatalf("request %d: %d %s", i, status, answer)
		}
	}
	// All of them are still there: whoever had nothing to say may say it now.
	for i := 0; i < want; i += want / 50 / len(kinds) * len(kinds) {
		if _, err := io.WriteString(connections[i], "GET /zato/ping HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := connections[i].SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(connections[i]), nil)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("connection %d was not kept: %v", i, err)
		}
		response.Body.Close()
	}
	if !isKnown {
		t.Log("what a process has in memory is not known here, and not looked at")
		return
	}
	after, _ := host.memory()
	if each := (after - before) / want; each > 64<<10 {
		t.Errorf("a connection costs %d bytes", each)
	}
}

// memory is what a process has in memory, in bytes, where the system tells.
func (p *process) memory() (size int, isKnown bool) {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, false
	}
	_, rest, _ := bytes.Cut(text, []byte("VmRSS:"))
	fields := strings.Fields(string(rest))
	if len(fields) == 0 {
		p.t.Fatal("the process has ended")
	}
	if size, err = strconv.Atoi(fields[0]); err != nil {
		p.t.Fatal(err)
	}
	return size << 10, true
}

// TestFewFiles has a host with a low limit of open files get more connections
// than it can have, and goes on with new ones.
func TestFewFiles(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", `ulimit -n 200 && exec "$0" "$@"`, programFile(t), "--listen", "127.0.0.1:0", "--services", services(t))
	host := launchAs(t, cmd, t.TempDir())
	host.awaitServing()
	address := strings.TrimPrefix(host.url, "http://")
	for i := range 1000 {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer connection.Close()
	}
	host.client = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for i := range 20 {
		if status, answer := host.get("/zato/services"); status != http.StatusOK {
			t.Fatalf("request %d: %d %s", i, status, answer)
		}
	}
	if !strings.Contains(host.stderr.String(), "max_connections=150") {
		t.Error("the log does not say that all connections are taken")
	}
	host.stop()
}
