package chain_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso/chain"
)

// host is a host that keeps heads in a file.
func (a *audit) host(file string) *chain.Chain {
	return chain.New(a.store, a.keys, func() time.Time { return a.clock }, &chain.HeadFile{Path: file, Database: a.db.Name()})
}

func (a *audit) sealBy(host *chain.Chain, want int, altered bool) {
	a.Helper()
	if n, err := host.Seal(a.Context()); n != want || errors.Is(err, chain.ErrAltered) != altered || err != nil && !altered {
		a.Fatalf("sealed %d, %v, want %d, altered: %v", n, err, want, altered)
	}
}

// beginAnew does what somebody with the database, but without the key can do.
func (a *audit) beginAnew() {
	a.exec("DELETE FROM gatehouse_audit_seal")
	a.exec(`UPDATE gatehouse_audit_head SET first = 1, number = 0, top = 0, sealed = 0, removed = 0,
		gaps = '[]', anchor = '', digest = '', key_id = '', mac = ''`)
}

// TestMemory has hosts tell a chain that was begun anew, whether they ran
// meanwhile or start after it.
func TestMemory(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		file := filepath.Join(a.TempDir(), "audit.heads")
		running := a.host(file)
		a.write(2)
		a.sealBy(running, 2, false)
		a.write(1)
		a.sealBy(a.chain, 1, false) // another host, without that file
		a.write(1)
		a.sealBy(running, 1, false)
		if err := running.Keep(); err != nil {
			a.Fatal(err)
		}

		a.beginAnew()
		a.sealBy(running, 0, true)
		started := a.host(file)
		a.sealBy(started, 0, true)
		if n, err := started.RemoveBefore(a.Context(), a.clock.Add(time.Hour)); n != 0 || !errors.Is(err, chain.ErrAltered) {
			a.Errorf("removed %d: %v", n, err)
		}
		stranger := a.host(filepath.Join(a.TempDir(), "none"))
		a.sealBy(stranger, 4, false) // it has seen nothing else
		a.sealBy(started, 0, true)
		a.sealBy(stranger, 0, false)
		a.write(1)
		a.sealBy(stranger, 1, false)
		a.write(1)
		a.sealBy(stranger, 1, false)
		a.sealBy(started, 0, true) // as many seals as there were, but others

		accepted := a.host(file)
		if made, err := accepted.Accept(a.Context()); !made || err != nil {
			a.Fatal(made, err)
		}
		if made, err := accepted.Accept(a.Context()); made || err != nil {
			a.Fatal("accepted again:", made, err)
		}
		a.write(1)
		a.sealBy(running, 1, false) // it looks at the file again
		a.sealBy(started, 0, false)
	})
}

func TestHeadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.heads")
	first, second := &chain.HeadFile{Path: path, Database: "/a b.db"}, &chain.HeadFile{Path: path, Database: "postgres://h:1/b"}
	one, two := "1-"+strings.Repeat("ab", 32), "2-"+strings.Repeat("cd", 32)
	want := func(f *chain.HeadFile, want string) {
		t.Helper()
		if got, err := f.Recall(); got != want || err != nil {
			t.Fatalf("%s: %q, %v, want %q", f.Database, got, err, want)
		}
	}
	keep := func(f *chain.HeadFile, head string) {
		t.Helper()
		if err := f.Keep(head); err != nil {
			t.Fatal(err)
		}
	}
	want(first, "")
	keep(first, one)
	keep(second, one)
	keep(first, two)
	want(first, two)
	want(second, one)
	keep(first, "")
	want(first, "")
	want(second, one)

	if err := os.WriteFile(path, []byte("\n7-nothing "+first.Database+"\n"+one+" "+second.Database), 0o600); err != nil {
		t.Fatal(err)
	}
	want(second, one)
	if _, err := first.Recall(); err == nil || !strings.Contains(err.Error(), path+":2: want a head") {
		t.Error(err)
	}
}

// TestMemoryFails seals although heads cannot be kept, and says so.
func TestMemoryFails(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		host := a.host(filepath.Join(a.TempDir(), "nosuch", "audit.heads"))
		a.write(1)
		if n, err := host.Seal(a.Context()); n != 1 || !errors.Is(err, chain.ErrNotKept) {
			a.Fatalf("sealed %d, %v", n, err)
		}
		a.sound(1, 0)
	})
}
