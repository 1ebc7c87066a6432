package blackbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// page has the programs that readers paste.
const page = "../../docs/clients.md"

// block is a block of code of a page.
type block struct{ section, language, text string }

// blocks reads the blocks of a page.
func blocks(t *testing.T, file string) (found []block) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	section, isOpen := "", false
	for line := range strings.Lines(string(text)) {
		switch fence, isFence := strings.CutPrefix(line, "```"); {
		case isFence && !isOpen:
			found, isOpen = append(found, block{section: section, language: strings.TrimSpace(fence)}), true
		case isFence:
			isOpen = false
		case isOpen:
			found[len(found)-1].text += line
		case strings.HasPrefix(line, "## "):
			section = strings.TrimSpace(line[3:])
		}
	}
	return found
}

// programs are those of the page: the section, the language, and how they are run.
var programs = []struct {
	section, language, file string
	run                     []string
	needs, debian           string
}{
	{"curl", "sh", "sso.sh", []string{"sh", "sso.sh"}, "sh curl jq", "curl jq"},
	{"Python", "python", "sso.py", []string{"python3", "sso.py"}, "python3", "python3"},
	{"JavaScript", "js", "sso.mjs", []string{"node", "sso.mjs"}, "node", "nodejs"},
	{"Go", "go", "main.go", nil, "sh go", "golang"}, // its section has how it is run
}

// take takes the first of the blocks in a section and a language.
func take(t *testing.T, from *[]block, section, language string) string {
	t.Helper()
	for i, found := range *from {
		if found.section == section && found.language == language {
			*from = append((*from)[:i:i], (*from)[i+1:]...)
			return found.text
		}
	}
	t.Fatalf("%s has no block in %s in the section %q", page, language, section)
	return ""
}

// TestSnippets has the programs of the page do what the page says, as they stand
// there: without and with TOTP, and with a wrong password.
func TestSnippets(t *testing.T) {
	t.Parallel()
	for _, program := range programs {
		for name := range strings.FieldsSeq(program.needs) {
			if _, err := exec.LookPath(name); err != nil {
				t.Fatalf("%s is not installed, and tests that do not run prove nothing: apt-get install %s", name, program.debian)
			}
		}
	}
	all := blocks(t, page)
	setup, want := take(t, &all, "", "sh"), take(t, &all, "", "text")
	sources := map[string]string{}
	for _, program := range programs {
		sources[program.section] = take(t, &all, program.section, program.language)
		if head, _, _ := strings.Cut(sources[program.section], "\n"); !strings.Contains(head, program.file+": ") {
			t.Errorf("the program in the section %s begins with %q, not with the name %s", program.section, head, program.file)
		}
	}
	module := take(t, &all, "Go", "sh")
	for _, left := range all {
		t.Errorf("the block in the section %q is run by nothing:\n%s", left.section, left.text)
	}

	onBothStores(t, func(t *testing.T, database string) {
		h := startHost(t, database, settings{})
		jane := user{name: "jane", password: "Jäne \"Secret-Of-\\Jane' $x %s"}
		bin := h.commands(t)
		for line := range strings.Lines(setup) {
			cmd := exec.Command("sh", "-c", line)
			cmd.Dir, cmd.Env, cmd.Stdin = h.dir, environment("PATH="+bin+":"+os.Getenv("PATH")), strings.NewReader(jane.password+"\n")
			if output, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s%v\n%s", line, err, output)
			}
		}
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(root, filepath.Join(h.dir, "gatehouse")); err != nil {
			t.Fatal(err)
		}

		code := func() string { return "" }
		everywhere := func(t *testing.T, check func(t *testing.T, run func(variables ...string) (stdout, stderr string, err error))) {
			for _, program := range programs {
				t.Run(program.section, func(t *testing.T) {
					dir := filepath.Dir(h.write(t, filepath.Join(unique("program"), program.file), sources[program.section]))
					run := program.run
					if run == nil {
						run = []string{"sh", "-euc", module}
					}
					check(t, func(variables ...string) (string, string, error) {
						return runProgram(t, dir, run, append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "GOPROXY=off", "GOFLAGS=", "GOWORK=off",
							"SSO_URL=" + h.url, "SSO_USERNAME=" + jane.name, "SSO_PASSWORD=" + jane.password, "SSO_TOTP_CODE=" + code()}, variables...)...)
					})
				})
			}
		}
		var requests atomic.Int64
		target, err := url.Parse(h.url)
		if err != nil {
			t.Fatal(err)
		}
		forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
		counted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			forward.ServeHTTP(w, r)
		}))
		defer counted.Close()
		works := func(t *testing.T, run func(...string) (string, string, error)) {
			if stdout, stderr, err := run(); err != nil || stdout != want {
				t.Errorf("%v\n%s\nprinted\n%s\nand the page says\n%s", err, stderr, stdout, want)
			}
		}
		t.Run("Password", func(t *testing.T) { everywhere(t, works) })
		t.Run("Wrong password", func(t *testing.T) {
			everywhere(t, func(t *testing.T, run func(...string) (string, string, error)) {
				requests.Store(0)
				// The slash at the end is not to be doubled.
				stdout, stderr, err := run("SSO_PASSWORD=Wrong-Secret-Of-Mine", "SSO_URL="+counted.URL+"/")
				if err == nil || stdout != "" || !strings.Contains(stderr, "E005001") || strings.Contains(stderr, "Secret-Of-") {
					t.Errorf("%v, printed %q and %q", err, stdout, stderr)
				}
				if strings.Count(stderr, `"sub_status"`) > 1 || requests.Load() != 1 {
					t.Errorf("%d requests, one was to be sent and its refusal printed once:\n%s", requests.Load(), stderr)
				}
			})
		})
		h.login(t, &jane)
		h.call(t, "PATCH", "/user/totp", elements{"ust": jane.ust, "totp_key": adminKey, "totp_label": "phone"}).status(200)
		h.call(t, "PATCH", "/user", elements{"ust": jane.ust, "is_totp_enabled": true}).ok(nil)
		code = func() string { return totp(t, adminKey, 0) }
		t.Run("TOTP", func(t *testing.T) { everywhere(t, works) })

		lines, err := os.ReadFile(filepath.Join(h.dir, "command-lines"))
		if err != nil || !strings.Contains(string(lines), "/zato/sso/user/login") {
			t.Errorf("the command lines of curl were not seen: %v", err)
		}
		for _, secret := range []string{"Secret-Of-", "gAAAA"} {
			if strings.Contains(string(lines), secret) {
				t.Errorf("%q is on a command line", secret)
			}
		}
	})
}

// runProgram runs a program with more variables. One that does not end by itself
// is ended, and fails the test.
func runProgram(t *testing.T, dir string, run []string, variables ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, run[0], run[1:]...)
	cmd.Dir, cmd.SysProcAttr, cmd.WaitDelay = dir, dieWithTests(), 10*time.Second
	cmd.Env = environment(variables...)
	var out, problems strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end: %v", strings.Join(run, " "), err)
	}
	return out.String(), problems.String(), err
}

// TestSnippetsElsewhere has the scripts of the page end with a word about it where
// what answers is no host, where nothing answers, and where they are not told whom
// to ask.
func TestSnippetsElsewhere(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	answers := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	// says has what stderr contains by the section, or "" for all.
	cases := []struct {
		name, url, password string
		says                map[string]string
		requests            int64
	}{
		{"Redirect", answers(http.StatusMovedPermanently, ""), "Secret-Of-Jane",
			map[string]string{"curl": "an empty answer", "Python": "/zato/sso/user/login answered 301", "JavaScript": "unexpected redirect"}, 1},
		{"Empty", answers(http.StatusOK, ""), "Secret-Of-Jane",
			map[string]string{"curl": "an empty answer", "": "/zato/sso/user/login answered 200"}, 1},
		{"Page", answers(http.StatusBadGateway, "<html>Bad Gateway</html>"), "Secret-Of-Jane",
			map[string]string{"curl": "parse error", "": "/zato/sso/user/login answered 502"}, 1},
		{"Closed", closed.URL, "Secret-Of-Jane",
			map[string]string{"curl": "curl: (7)", "Python": "Connection refused", "JavaScript": "ECONNREFUSED"}, 0},
		{"No address", "", "Secret-Of-Jane", map[string]string{"Python": "SSO_URL is not set", "": "SSO_URL"}, 0},
		{"No password", closed.URL, "", map[string]string{"Python": "SSO_PASSWORD is not set", "": "SSO_PASSWORD"}, 0},
	}
	all := blocks(t, page)
	for _, program := range programs {
		if program.run == nil {
			continue // Go has the client, and its tests
		}
		dir := t.TempDir()
		source := take(t, &all, program.section, program.language)
		if err := os.WriteFile(filepath.Join(dir, program.file), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			t.Run(program.section+"/"+c.name, func(t *testing.T) {
				requests.Store(0)
				variables := []string{"SSO_USERNAME=jane"}
				if c.url != "" {
					variables = append(variables, "SSO_URL="+c.url)
				}
				if c.password != "" {
					variables = append(variables, "SSO_PASSWORD="+c.password)
				}
				says, isOwn := c.says[program.section]
				if !isOwn {
					says = c.says[""]
				}
				stdout, stderr, err := runProgram(t, dir, program.run, variables...)
				if err == nil || stdout != "" || !strings.Contains(stderr, says) || strings.Contains(stderr, "Secret-Of-") {
					t.Errorf("%v, printed %q and %q, which was to say %q", err, stdout, stderr, says)
				}
				if got := requests.Load(); got != c.requests {
					t.Errorf("%d requests, not %d", got, c.requests)
				}
			})
		}
	}
}

// commands makes a directory with the commands that readers have, the program
// among them; what curl and jq are called with is noted.
func (h *host) commands(t *testing.T) string {
	t.Helper()
	script := func(name, text string) {
		if err := os.Chmod(h.write(t, "bin/"+name, "#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script("gatehouse", `exec '`+executable+`' "$@" --config '`+filepath.Join(h.dir, "gatehouse.yaml")+"'\n")
	for _, name := range []string{"curl", "jq"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		script(name, `printf '%s\n' "$*" >>'`+filepath.Join(h.dir, "command-lines")+"'\nexec '"+path+"' \"$@\"\n")
	}
	return filepath.Join(h.dir, "bin")
}

// environment is that of the tests, without what would lead programs to another
// host or through a proxy, and with more.
func environment(more ...string) (all []string) {
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "GATEHOUSE_") && !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "SSO_") &&
			!strings.HasSuffix(strings.ToLower(name), "_proxy") {
			all = append(all, variable)
		}
	}
	return append(all, more...)
}
