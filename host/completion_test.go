package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/runtime/database/pgtest"
)

// TestBashCompletes has bash source the script and complete lines with it.
func TestBashCompletes(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("completion is tested with bash: install it (apt-get install bash)")
	}
	onEveryDatabase(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		for _, name := range []string{"jane", "john"} {
			command(t, dir, append([]string{"sso", "create-user", name, "--password", "Some-secret-1"}, flags...)...)
		}
		if err := os.Symlink(programFile(t), filepath.Join(dir, "gatehouse")); err != nil {
			t.Fatal(err)
		}
		// What bash-completion gives to scripts, as far as this one needs it.
		const script = `
_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
__ltrim_colon_completions() { :; }
_filedir() { :; }
compopt() { :; }
source <(gatehouse completion bash)
complete -p gatehouse
while IFS= read -r line; do
	IFS=' ' read -ra COMP_WORDS <<< "$line"
	[[ $line == *' ' ]] && COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9 COMPREPLY=()
	__start_gatehouse
	for reply in "${COMPREPLY[@]}"; do echo "$line: ${reply%% *}"; done
done`
		lines := map[string]string{
			"gatehouse sso log":                              "login,logout",
			"gatehouse sso login ja":                         "jane",
			"gatehouse sso login j":                          "jane,john",
			"gatehouse sso list-users --approval-status app": "approved",
			"gatehouse aud":                                  "audit",
			"gatehouse sso login --conf":                     "--config",
		}
		shell := exec.Command(bash, "-c", script)
		shell.Dir, shell.Env = dir, append(environment(), "PATH="+dir+":"+os.Getenv("PATH"))
		if len(flags) > 0 {
			shell.Env = append(shell.Env, databaseVariable+"="+flags[1])
		}
		var input strings.Builder
		for line := range lines {
			input.WriteString(line + "\n")
		}
		shell.Stdin = strings.NewReader(input.String())
		said, err := shell.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "__start_gatehouse gatehouse") {
			t.Fatalf("bash: %v\n%s", err, said)
		}
		got := map[string][]string{}
		for line := range strings.Lines(string(said)) {
			if typed, reply, ok := strings.Cut(strings.TrimRight(line, "\n"), ": "); ok {
				got[typed] = append(got[typed], reply)
			}
		}
		for line, want := range lines {
			if all := strings.Join(got[line], ","); all != want {
				t.Errorf("%s is completed by %q, want %q\n%s", line, all, want, said)
			}
		}
	})
}

// TestCompletionBesideAHost completes what a running host has.
func TestCompletionBesideAHost(t *testing.T) {
	t.Parallel()
	onEveryDatabase(t, func(t *testing.T, flags []string) {
		host := serve(t, t.TempDir(), flags...)
		if said := command(t, host.cmd.Dir, append(append([]string{"__complete", "sso", "login"}, flags...), "")...); said != "admin\n:4\n" {
			t.Errorf("completed by %q", said)
		}
		host.stop()
	})
}

// TestCompletionLeavesAnEmptyDatabaseAlone completes where PostgreSQL has no
// tables yet.
func TestCompletionLeavesAnEmptyDatabaseAlone(t *testing.T) {
	t.Parallel()
	dir, url := t.TempDir(), pgtest.URL(t)
	if said := command(t, dir, "__complete", "sso", "login", "--database", url, ""); said != ":4\n" {
		t.Errorf("completed by %q", said)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the directory has %v, %v", left, err)
	}
}
