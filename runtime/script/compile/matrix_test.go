package compile_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/runtime/script/compile"
)

// TestInterfaceMatrix holds interpreted and compiled Go against each other
// wherever a value becomes an interface: the interpreter compiles that
// differently for every kind of expression and every place that it goes to.
func TestInterfaceMatrix(t *testing.T) {
	groups := matrix()
	want := compiledMatrix(t, groups)
	var refused refusals
	t.Run("groups", func(t *testing.T) {
		for _, group := range groups {
			t.Run(group.name, func(t *testing.T) {
				t.Parallel()
				group.compare(t, want, &refused)
			})
		}
	})
	if !maps.Equal(refused.cases, refusedInMatrix) {
		t.Errorf("refused are, by reason: %s", refused.text())
	}
}

// refusedInMatrix is how many cases are refused, and why.
var refusedInMatrix = map[string]int{
	"services cannot hand on a struct that embeds item as any: its fields would be nested in JSON; name the field, or give it a json tag": 64,
	"services cannot have a map with keys of the interface error: use any, or a type that is no interface":                                72,
	"services cannot have a map with keys of the interface fmt.Stringer: use any, or a type that is no interface":                         72,
	"services cannot have a map with keys of the interface namer: use any, or a type that is no interface":                                72,
}

// refusals counts cases that are refused, by what their authors are told.
type refusals struct {
	mutex sync.Mutex
	cases map[string]int
}

func (r *refusals) add(reason string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.cases == nil {
		r.cases = map[string]int{}
	}
	r.cases[reason]++
}

func (r *refusals) text() string {
	var text strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(r.cases)) {
		fmt.Fprintf(&text, "\n\t%q: %d,", reason, r.cases[reason])
	}
	return text.String()
}

// matrixGroup is one program: some sinks as one interface, with all that goes
// into them.
type matrixGroup struct {
	name  string
	cases []matrixCase
}

type matrixCase struct {
	number     int
	name, body string
}

// matrix returns all cases.
func matrix() []matrixGroup {
	const casesInGroup = 300
	byName := map[string][]matrixGroup{}
	count := 0
	add := func(s sink, face, name string, lists ...[]operand) {
		var group matrixGroup
		for _, operand := range slices.Concat(lists...) {
			if s.compares && !isComparable(operand) {
				continue
			}
			body := strings.NewReplacer("$I", face, "$E", operand.text, "$T", operand.t, "$N", name).Replace(s.body)
			group.cases = append(group.cases, matrixCase{count, s.name + " | " + operand.setup + " | " + operand.text, operand.setup + "\n{\n" + body + "\n}"})
			count++
		}
		if strings.HasPrefix(s.name, "map ") && face != "any" {
			name += " as key" // whole groups that are refused, some cases at a time
		}
		byName[name] = append(byName[name], group)
	}
	for _, s := range sinks {
		if !s.errorAlone {
			add(s, "any", "Plain", plainOperands)
			add(s, "any", "Own", ownOperands)
			if s.prints {
				add(s, "any", "Methods", methodOperands)
			} else {
				add(s, "any", "Kept", methodOperands)
				add(s, "any", "Silent", silentOperands)
			}
		}
		if !s.anyAlone {
			add(s, "error", "Error", methodOperands)
		}
		if !s.anyAlone && !s.errorAlone {
			add(s, "fmt.Stringer", "String", methodOperands)
			add(s, "namer", "Name", methodOperands)
		}
	}
	var groups []matrixGroup
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all := byName[name]
		var cases []matrixCase
		for _, group := range all {
			cases = append(cases, group.cases...)
		}
		for part := range slices.Chunk(cases, casesInGroup) {
			groups = append(groups, matrixGroup{name: fmt.Sprintf("%s %d", name, len(groups)), cases: part})
		}
	}
	return groups
}

// compiledMatrix returns what each case prints compiled, by its number. Some
// groups make a package: each costs the linker and the compiler.
func compiledMatrix(t *testing.T, groups []matrixGroup) map[string]string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for part := range slices.Chunk(groups, 8) {
		var whole matrixGroup
		for _, group := range part {
			whole.cases = append(whole.cases, group.cases...)
		}
		file := filepath.Join(dir, fmt.Sprintf("part%d.go", len(files)))
		if err := os.WriteFile(file, []byte(whole.source(nil)), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	outputs := map[string]string{}
	for _, printed := range compiledOutputs(t, files) {
		maps.Copy(outputs, outputsByCase(printed))
	}
	return outputs
}

func isComparable(o operand) bool {
	for _, part := range []string{"[]", "map", "Dict", "series", "table", "action", "func"} {
		if strings.Contains(o.t, part) {
			return false
		}
	}
	return true
}

// source returns the program of a group without the cases left out.
func (g matrixGroup) source(leftOut map[int]bool) string {
	var text, calls strings.Builder
	text.WriteString(matrixPrelude)
	for _, c := range g.cases {
		if leftOut[c.number] {
			continue
		}
		fmt.Fprintf(&text, "\nfunc case%d() {\n%s\n}\n", c.number, c.body)
		fmt.Fprintf(&calls, "\tattempt(%d, case%[1]d)\n", c.number)
	}
	return text.String() + "\nfunc Run() {\n" + calls.String() + "}\n"
}

func outputsByCase(printed string) map[string]string {
	outputs := map[string]string{}
	for _, part := range strings.Split(printed, "\x02")[1:] {
		number, text, _ := strings.Cut(part, "\x03")
		outputs[number] = text
	}
	return outputs
}

// compare runs a group interpreted. What is refused is counted and left out, and
// must be refused with a position in the case.
func (g matrixGroup) compare(t *testing.T, want map[string]string, refused *refusals) {
	text := g.source(nil)
	_, err := compiler.Compile("matrix", []compile.File{source(text)})
	leftOut := map[int]bool{}
	for rounds := 0; err != nil && rounds < len(g.cases); rounds++ {
		var faults compile.Errors
		if !errors.As(err, &faults) {
			t.Fatal(err)
		}
		for _, fault := range faults {
			number := caseAt(text, fault.Line)
			if number < 0 {
				t.Fatal(err)
			}
			if !leftOut[number] {
				refused.add(fault.Message)
			}
			leftOut[number] = true
		}
		text = g.source(leftOut)
		_, err = compiler.Compile("matrix", []compile.File{source(text)})
	}
	var out bytes.Buffer
	loaded, err := load(&out, "matrix", source(text))
	if err != nil {
		t.Fatalf("%.2000s", g.culprit(leftOut, err))
	}
	if _, err := loaded.call("Run"); err != nil {
		t.Errorf("%v, at %v", err, loaded.Sites[loaded.state.Site()])
	}
	got := outputsByCase(out.String())
	for _, c := range g.cases {
		number := fmt.Sprint(c.number)
		if !leftOut[c.number] && got[number] != want[number] {
			t.Errorf("%s:\ninterpreted %q\ncompiled    %q", c.name, got[number], want[number])
		}
	}
}

// culprit tells which case alone keeps a group from being loaded.
func (g matrixGroup) culprit(leftOut map[int]bool, err error) string {
	var found []string
	for _, c := range g.cases {
		if leftOut[c.number] {
			continue
		}
		others := map[int]bool{}
		for _, other := range g.cases {
			others[other.number] = other.number != c.number
		}
		if _, err := load(&bytes.Buffer{}, "matrix", source(g.source(others))); err != nil {
			found = append(found, fmt.Sprintf("%s: %.100v", c.name, err))
			if len(found) == 3 {
				break
			}
		}
	}
	if len(found) == 0 {
		return err.Error()
	}
	return strings.Join(found, "\n")
}

// caseAt returns the number of the case on a line, or -1.
func caseAt(text string, line int) int {
	number := -1
	for i, content := range strings.Split(text, "\n") {
		var n int
		if _, err := fmt.Sscanf(content, "func case%d()", &n); err == nil {
			number = n
		}
		if i+1 == line {
			return number
		}
	}
	return -1
}
