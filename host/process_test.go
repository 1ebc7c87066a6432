package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/logtest"
)

// patience bounds waits that end long before on any machine; a test that
// comes near it has failed.
const patience = 30 * time.Second

// programFile returns the path of the program.
func programFile(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// process is the program at work in a process of its own.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr logtest.Buffer
	exited         chan struct{}
	url            string
	client         *http.Client
	variables      []string // of its own, which what is pasted has, too
}

// launch starts the program in a directory, by its full path.
func launch(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return launchAs(t, exec.Command(programFile(t), args...), dir)
}

func launchAs(t *testing.T, cmd *exec.Cmd, dir string) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, exited: make(chan struct{}), client: http.DefaultClient}
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &p.stdout, &p.stderr
	p.variables = cmd.Env
	cmd.Env = append(environment(), cmd.Env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // the status is read from ProcessState
		close(p.exited)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.exited
		if t.Failed() {
			t.Logf("%s\nstandard output:\n%s\nstandard error:\n%s", strings.Join(cmd.Args, " "), &p.stdout, &p.stderr)
		}
	})
	return p
}

// environment is that of the tests without what configures the program.
func environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GATEHOUSE_") && !strings.HasPrefix(variable, "PG") {
			kept = append(kept, variable)
		}
	}
	return kept
}

var greeting = regexp.MustCompile(`(?m)^Gatehouse .* on (https?://127\.0\.0\.1:\d+)$`)

// serve starts a host on a free port and waits for its last line and for its
// answers.
func serve(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return serveWith(t, dir, nil, args...)
}

// serveWith is serve with environment variables.
func serveWith(t *testing.T, dir string, variables []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(programFile(t), append([]string{"--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = variables
	p := launchAs(t, cmd, dir)
	p.awaitServing()
	return p
}

func (p *process) awaitServing() {
	p.t.Helper()
	p.await("its page", func() bool { return strings.Contains(p.stdout.String(), "\nCtrl-C ends the host") })
	found := greeting.FindStringSubmatch(p.stdout.String())
	if found == nil {
		p.t.Fatal("the host does not say where it serves")
	}
	p.url = found[1]
	p.await("an answer", func() bool {
		status, _ := p.get("/zato/ping")
		return status == http.StatusOK
	})
}

// await waits until done, as long as the process lives.
func (p *process) await(what string, done func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.exited:
			p.t.Fatalf("the process ended before %s: %v", what, p.cmd.ProcessState)
		default:
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("no sign of %s", what)
		}
	}
}

func (p *process) get(path string) (status int, body string) { return p.send(http.MethodGet, path, "") }

// send returns the answer to a request, or status 0 and why there is none.
func (p *process) send(method, path, body string) (status int, answer string) {
	request, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	request.SetBasicAuth("pubapi", p.password("Basic Auth"))
	response, err := p.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

// password returns one that the host has shown, or "".
func (p *process) password(what string) string {
	found := regexp.MustCompile(`(?m)^  ` + what + ` .*  password  (\S+)$`).FindStringSubmatch(p.stdout.String())
	if found == nil {
		return ""
	}
	return found[1]
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// status waits for the end and returns the exit status, -1 after a signal.
func (p *process) status() int {
	p.t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		p.t.Fatal("the process does not end")
		return 0
	}
}

// stop ends a host as Ctrl-C does and checks that it ends well.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGINT)
	if status := p.status(); status != 0 {
		p.t.Fatalf("exit status %d after SIGINT", status)
	}
}

// checkFails waits for a process that must end with status 1 and say why.
func (p *process) checkFails(reason string) {
	p.t.Helper()
	if status := p.status(); status != 1 {
		p.t.Errorf("exit status %d, want 1", status)
	}
	if !regexp.MustCompile(reason).MatchString(p.stderr.String()) {
		p.t.Errorf("standard error %q, want %s", p.stderr.String(), reason)
	}
	if p.stdout.String() != "" {
		p.t.Errorf("standard output %q, want none", p.stdout.String())
	}
}

// command runs the program to its end and returns its standard output.
func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	p := launch(t, dir, args...)
	if status := p.status(); status != 0 {
		t.Fatalf("%s: exit status %d", strings.Join(args, " "), status)
	}
	return p.stdout.String()
}

// paste runs, in one shell, the lines that a host has printed for pasting,
// and returns what each of its steps says. Input is what the user would type.
func (p *process) paste(input string) []string {
	p.t.Helper()
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			p.t.Fatalf("the printed lines need %s: install it (apt-get install %s)", tool, tool)
		}
	}
	_, page, found := strings.Cut(p.stdout.String(), "\nTry it")
	if !found {
		p.t.Fatal("the host prints no lines to paste")
	}
	var script strings.Builder
	steps := 0
	for line := range strings.Lines(page) {
		switch {
		case strings.HasPrefix(line, "  # "):
			steps++
			fmt.Fprintf(&script, "echo '%s'\n", separator)
		case strings.HasPrefix(line, "  "):
			script.WriteString(line)
		}
	}
	shell := exec.Command("bash", "-c", script.String())
	shell.Dir = p.cmd.Dir
	shell.Env = append(environment(), p.variables...)
	shell.Stdin = strings.NewReader(input)
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal: curl asks standard input
	text, err := shell.CombinedOutput()
	if err != nil {
		p.t.Fatalf("pasted lines: %v\n%s\n%s", err, script.String(), text)
	}
	said := strings.Split(string(text), separator+"\n")[1:]
	if len(said) != steps || steps == 0 {
		p.t.Fatalf("%d steps said:\n%s", steps, text)
	}
	return said
}

const separator = "---- next step ----"

// write makes a file, and its directory, for others to read.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
