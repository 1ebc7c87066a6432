package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gatehouse/runtime/database/pgtest"
)

// program is the name under which the test binary is the program itself.
const program = "gatehouse"

// TestMain lets tests run the real program, in processes of its own, without
// building it once more.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == program {
		main() // before testscript does, which would shorten os.Args[0]
	}
	testscript.Main(withPostgreSQL{m}, map[string]func(){program: main})
}

type withPostgreSQL struct{ tests *testing.M }

// Run implements testscript.TestingM.
func (w withPostgreSQL) Run() int { return pgtest.Run(w.tests) }

// TestScripts runs the stories of testdata/script. Those in testdata/both run
// twice: GATEHOUSE_DATABASE_URL, and $DATABASE, is "" for SQLite, then the URL of
// an empty PostgreSQL database.
func TestScripts(t *testing.T) {
	testscript.Run(t, params("testdata/script", ""))
}

func TestScriptsOnBothDatabases(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		testscript.Run(t, params("testdata/both", ""))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		scripts, err := filepath.Glob("testdata/both/*.txtar")
		if err != nil || len(scripts) == 0 {
			t.Fatal("no scripts:", err)
		}
		for _, script := range scripts {
			p := params("", pgtest.URL(t))
			p.Files = []string{script}
			testscript.Run(t, p)
		}
	})
}

func params(dir, database string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			examples, err := filepath.Abs("../services/examples")
			if err != nil {
				return err
			}
			env.Setenv("EXAMPLES", examples)
			env.Setenv("DATABASE", database)
			env.Setenv(databaseVariable, database)
			return nil
		},
		Condition: func(condition string) (bool, error) {
			if condition != "postgresql" {
				return false, fmt.Errorf("there is no condition %q", condition)
			}
			return database != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"capture": capture,
			"sql":     runSQL,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	}
}

// exits runs a program that must end with a status: exits 20 gatehouse sso …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT ...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// capture keeps in a variable what the first group of an expression matches in
// a file: capture ID stdout '"user_id":"(\w+)"'.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture VARIABLE FILE EXPRESSION")
	}
	expression, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	found := expression.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(found) != 2 {
		ts.Fatalf("%s: nothing matches %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[1])
}
