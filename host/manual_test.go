package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

// commands returns all commands as a user finds them.
func commands() []*cobra.Command {
	root := newRoot()
	addCompletion(root)
	var all []*cobra.Command
	everyCommand(root, func(cmd *cobra.Command) { all = append(all, cmd) })
	return all
}

// TestEveryCommandIsDescribed holds all commands to what their help must have.
func TestEveryCommandIsDescribed(t *testing.T) {
	all := commands()
	if len(all) < 45 {
		t.Fatalf("only %d commands were found", len(all))
	}
	for _, cmd := range all {
		if cmd.Short == "" || len(cmd.Short) > 90 || strings.HasSuffix(cmd.Short, ".") || cmd.Short != printableLine(cmd.Short) {
			t.Errorf("%s: its short description is %q", cmd.CommandPath(), cmd.Short)
		}
		if len(cmd.Long) < 20 || !strings.HasSuffix(strings.TrimSpace(cmd.Long), ".") && !strings.Contains(cmd.Long, "\n  gatehouse ") {
			t.Errorf("%s: its description is %q", cmd.CommandPath(), cmd.Long)
		}
		for line := range strings.Lines(cmd.Long) {
			if len([]rune(line)) > 86 {
				t.Errorf("%s: a line of its description is too long: %s", cmd.CommandPath(), line)
			}
		}
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		if cmd.Args == nil && cmd.Name() != "check" && cmd.Name() != "help" && cmd.Name() != "man" {
			t.Errorf("%s takes any arguments", cmd.CommandPath())
		}
		for _, s := range sections(cmd) {
			for _, item := range s.items {
				if item.name == "" || item.meaning == "" {
					t.Errorf("%s: %s has %q, %q", cmd.CommandPath(), s.title, item.name, item.meaning)
				}
			}
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if flag.Usage == "" {
				t.Errorf("%s: --%s is not described", cmd.CommandPath(), flag.Name)
			}
		})
	}
}

// TestExamples has bash read each example, and holds each call of the program in
// it to the command that it names: its flags and arguments are taken.
func TestExamples(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("the examples need bash: install it (apt-get install bash)")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bin", "gatehouse"), "#!"+bash+"\nprintf '%s\\0' \"$@\" $'\\n' >> \"$CALLS\"\necho : # for source\n")
	if err := os.Chmod(filepath.Join(dir, "bin", "gatehouse"), 0o755); err != nil {
		t.Fatal(err)
	}
	isPowerShell := func(cmd *cobra.Command) bool { return cmd.Name() == "powershell" }
	for _, cmd := range commands() {
		if isPowerShell(cmd) { // whose language this is not
			continue
		}
		calls := filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-"))
		// Files are read and written below the directory; other programs do nothing.
		example := regexp.MustCompile(`([<>]) (/|~/|"\$\{fpath\[1\]\})[^ \n]*`).ReplaceAllString(cmd.Example, "$1 file")
		example = regexp.MustCompile(`< \S+`).ReplaceAllString(example, "< /dev/null")
		shell := exec.Command(bash, "-uc", "command_not_found_handle() { :; }\nUST=u PASSWORD=p\n"+example)
		shell.Dir, shell.Env = dir, []string{"PATH=" + filepath.Join(dir, "bin"), "CALLS=" + calls}
		if said, err := shell.CombinedOutput(); err != nil {
			t.Errorf("%s: bash: %v\n%s", cmd.CommandPath(), err, said)
			continue
		}
		text, err := os.ReadFile(calls)
		if err != nil {
			t.Errorf("%s: no example calls the program: %v", cmd.CommandPath(), err)
			continue
		}
		named := false
		for call := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n\x00"), "\n\x00") {
			args := strings.Split(strings.TrimSuffix(call, "\x00"), "\x00")
			if args[0] == "" {
				args = nil
			}
			found, err := parse(args)
			if err != nil {
				t.Errorf("%s: example gatehouse %q: %v", cmd.CommandPath(), args, err)
			}
			named = named || strings.HasPrefix(found+" ", cmd.CommandPath()+" ")
		}
		if !named {
			t.Errorf("%s: no example is one of it:\n%s", cmd.CommandPath(), cmd.Example)
		}
	}
}

// parse reads a command line as the program does, short of running it, and
// returns the command's path.
func parse(args []string) (string, error) {
	root := newRoot()
	addCompletion(root)
	cmd, rest, err := root.Find(joinBooleans(root, args))
	if err != nil {
		return "", err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return "", err
	}
	return cmd.CommandPath(), cmd.ValidateArgs(cmd.Flags().Args())
}

// TestExamplesThatAreWrong sees to it that the test above can fail.
func TestExamplesThatAreWrong(t *testing.T) {
	for _, args := range [][]string{{"sso", "login", "jane", "--nosuch"}, {"sso", "login"}, {"sso", "lgoin", "jane"}, {"audit", "list", "--limit", "x"}, {"chek"}} {
		if path, err := parse(args); err == nil {
			t.Errorf("gatehouse %q was taken, as %s", args, path)
		}
	}
}

// TestManPages has groff read all pages, and holds them to what man needs.
func TestManPages(t *testing.T) {
	pages := 0
	groff, groffErr := exec.LookPath("groff")
	mandoc, mandocErr := exec.LookPath("mandoc")
	for _, cmd := range commands() {
		page := manPage(cmd)
		pages++
		checkRoff(t, pageName(cmd), page)
		for _, title := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"} {
			if !strings.Contains(page, "\n.SH \""+title+"\"\n") {
				t.Errorf("%s has no section %s", pageName(cmd), title)
			}
		}
		if page != manPage(cmd) {
			t.Errorf("%s is not the same twice", pageName(cmd))
		}
		if groffErr == nil {
			read := exec.Command(groff, "-man", "-Tutf8", "-ww", "-rLL=100n")
			read.Stdin = strings.NewReader(page)
			var said bytes.Buffer
			read.Stderr = &said
			text, err := read.Output()
			if err != nil || said.Len() > 0 {
				t.Errorf("%s: groff: %v, %s", pageName(cmd), err, &said)
			}
			checkShown(t, cmd, string(text))
		}
		if mandocErr == nil {
			read := exec.Command(mandoc, "-T", "lint", "-W", "error")
			read.Stdin = strings.NewReader(page)
			if said, err := read.CombinedOutput(); err != nil {
				t.Errorf("%s: mandoc: %v, %s", pageName(cmd), err, said)
			}
		}
	}
	t.Logf("%d pages; groff: %v, mandoc: %v", pages, groffErr == nil, mandocErr == nil)
}

var overstrike = regexp.MustCompile(`.\x08|\x1b\[[0-9;]*m`)

// checkShown looks for the examples, word by word, in what a reader sees.
func checkShown(t *testing.T, cmd *cobra.Command, text string) {
	t.Helper()
	text = overstrike.ReplaceAllString(text, "")
	for line := range strings.Lines(cmd.Example) {
		if line = strings.TrimSpace(line); !strings.Contains(text, line) && len(line) < 80 {
			t.Errorf("%s: the page does not show %q", pageName(cmd), line)
		}
	}
}

var (
	roffRequest = regexp.MustCompile(`^\.(TH|SH|PP|TP|RS|RE|B|br|nf|fi)( ("([^"\\]|\\[^ ])*"|\d+))*$`)
	roffEscape  = regexp.MustCompile(`\\(e|-|&|f[BIP]|\((aq|ga|ha|ti|dq)|\[u[0-9A-F]{4,6}\])`)
)

// checkRoff holds a page to the little of roff that is used.
func checkRoff(t *testing.T, name, page string) {
	t.Helper()
	if !strings.HasPrefix(page, ".TH ") {
		t.Errorf("%s does not begin with a title", name)
	}
	depth := 0
	for number, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "."):
			if !roffRequest.MatchString(line) {
				t.Errorf("%s:%d: no request that is known: %s", name, number+1, line)
			}
			if strings.HasPrefix(line, ".RS") || line == ".nf" {
				depth++
			}
			if line == ".RE" || line == ".fi" {
				depth--
			}
		case strings.HasPrefix(line, "'"):
			t.Errorf("%s:%d: a control character begins the line: %s", name, number+1, line)
		}
		if rest := roffEscape.ReplaceAllString(line, ""); strings.Contains(rest, `\`) {
			t.Errorf("%s:%d: an escape that is not known: %s", name, number+1, line)
		}
		for _, r := range line {
			if r > '~' || r < ' ' {
				t.Errorf("%s:%d: a character that is not ASCII: %q", name, number+1, line)
				break
			}
		}
	}
	if depth != 0 {
		t.Errorf("%s: %d indentations are not closed", name, depth)
	}
}

const commandsPage = "../docs/commands.md"

const (
	tableBegins = "<!-- made from the commands: go test ./host -run TestCommandsPage -update -->\n"
	tableEnds   = "<!-- end -->\n"
)

// TestCommandsPage holds docs/commands.md to the commands that there are.
func TestCommandsPage(t *testing.T) {
	text, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		t.Fatalf("%s lacks the lines that the table is between", commandsPage)
	}
	var table strings.Builder
	table.WriteString("\n| command | does | exit status |\n|---|---|---|\n")
	for _, cmd := range commands() {
		if isGroup(cmd) {
			continue
		}
		var statuses []string
		for _, item := range exitStatuses(cmd) {
			if item != (exitStatuses(new(cobra.Command))[0]) && item != (exitStatuses(new(cobra.Command))[1]) {
				statuses = append(statuses, item.name+" "+item.meaning)
			}
		}
		use := cmd.CommandPath() + strings.TrimPrefix(cmd.Use, cmd.Name())
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", use, lowerFirst(cmd.Short), strings.Join(statuses, "; "))
	}
	table.WriteString("\n")
	want := before + tableBegins + table.String() + tableEnds + after
	if *update {
		if err := os.WriteFile(commandsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s is not as the commands are; it would be:\n%s", commandsPage, table.String())
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil || !bytes.Contains(readme, []byte("(docs/commands.md)")) {
		t.Errorf("the README does not link to docs/commands.md: %v", err)
	}
}
