package chain_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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

		// What became of the file meanwhile is no reason to believe it.
		if err := os.Rename(file, file+".away"); err != nil {
			a.Fatal(err)
		}
		a.sealBy(running, 0, true)
		a.sealBy(started, 0, true)

		accepted := a.host(file)
		if made, err := accepted.Accept(a.Context()); made || err != nil {
			a.Fatal("accepted by a host that has seen nothing:", made, err)
		}
		if err := os.Rename(file+".away", file); err != nil {
			a.Fatal(err)
		}
		accepted = a.host(file)
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

// TestMemoryOfTheLastSeconds has the end of the chain be cut off under a
// running host before it has kept the head of it.
func TestMemoryOfTheLastSeconds(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		host := a.host(filepath.Join(a.TempDir(), "audit.heads"))
		a.write(3)
		a.sealBy(host, 3, false)
		a.exec("CREATE TABLE saved_head AS SELECT * FROM gatehouse_audit_head")
		a.write(2)
		a.sealBy(host, 2, false)
		a.exec("DELETE FROM gatehouse_audit WHERE id > 3")
		a.exec("DELETE FROM gatehouse_audit_seal WHERE number > 1")
		a.exec("DELETE FROM gatehouse_audit_head")
		a.exec("INSERT INTO gatehouse_audit_head SELECT * FROM saved_head")
		a.sealBy(host, 0, true)
		a.sealBy(host, 0, true)
		if report, err := host.Verify(a.Context(), "", func(chain.Finding) error { return nil }); err != nil || report.OK {
			a.Errorf("%+v, %v", report, err)
		}
	})
}

func TestHeadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.heads")
	first, second := &chain.HeadFile{Path: path, Database: "/a b.db"}, &chain.HeadFile{Path: path, Database: "postgres://h:1/b"}
	one, two := "1-"+strings.Repeat("ab", 32), "2-"+strings.Repeat("cd", 32)
	want := func(f *chain.HeadFile, head string, accepted int64) {
		t.Helper()
		if got, err := f.Recall(); got != (chain.Kept{Head: head, Accepted: accepted}) || err != nil {
			t.Fatalf("%s: %+v, %v, want %q", f.Database, got, err, head)
		}
	}
	keep := func(f *chain.HeadFile, head string, accepted int64) {
		t.Helper()
		if err := f.Keep(chain.Kept{Head: head, Accepted: accepted}); err != nil {
			t.Fatal(err)
		}
	}
	want(first, "", 0)
	keep(first, one, 0)
	keep(second, one, 0)
	keep(first, two, 0)
	want(first, two, 0)
	want(second, one, 0)
	keep(first, one, 1)
	keep(first, two, 0) // by a host that does not know yet
	want(first, one, 1)
	keep(first, "", 2)
	want(first, "", 2)
	want(second, one, 0)

	text := "\n7-nothing 0 " + first.Database + "\n" + one + " 3 " + second.Database
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want(second, one, 3)
	if _, err := first.Recall(); err == nil || !strings.Contains(err.Error(), path+":2: want a head") {
		t.Error(err)
	}
	if err := first.Keep(chain.Kept{Head: one}); err == nil {
		t.Error("a line that cannot be read was replaced")
	}

	// Of an administrator who works as root, the file stays the host's.
	if os.Geteuid() == 0 {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		keep(second, two, 3)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 65534 || owner.Gid != 65534 {
			t.Errorf("the file belongs to %d:%d", owner.Uid, owner.Gid)
		}
	}
}

// TestMemoryFails seals although heads cannot be kept or recalled, and says so.
func TestMemoryFails(t *testing.T) {
	t.Parallel()
	each(t, func(a *audit) {
		host := a.host(filepath.Join(a.TempDir(), "nosuch", "audit.heads"))
		a.write(1)
		if n, err := host.Seal(a.Context()); n != 1 || !errors.Is(err, chain.ErrNotKept) {
			a.Fatalf("sealed %d, %v", n, err)
		}
		a.sound(1, 0)

		file := filepath.Join(a.TempDir(), "audit.heads")
		if err := os.WriteFile(file, []byte("nothing 0 "+a.db.Name()+"\n"), 0o600); err != nil {
			a.Fatal(err)
		}
		host = a.host(file)
		for range 2 {
			a.write(1)
			if n, err := host.Seal(a.Context()); n != 1 || !errors.Is(err, chain.ErrNotKept) {
				a.Fatalf("sealed %d, %v", n, err)
			}
		}
		a.beginAnew() // under the running host
		a.write(1)
		a.sealBy(host, 0, true)
	})
}
