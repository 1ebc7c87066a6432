package exportdata_test

import (
	"bytes"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"gatehouse/runtime/script/exportdata"
)

// TestGeneratedIsCurrent generates the data and the tables again: they must be
// what is committed. If not, run go generate ./runtime/script/exportdata.
func TestGeneratedIsCurrent(t *testing.T) {
	dir := t.TempDir()
	command := exec.Command("go", "run", "./gen", "-exportdata", dir, "-symbols", dir)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made, err := filepath.Glob(filepath.Join(dir, "gen_*.go"))
	if err != nil || len(made) == 0 {
		t.Fatal("no tables", err)
	}
	for _, file := range made {
		compare(t, file, filepath.Join("..", "symbols", filepath.Base(file)))
	}
	committed, err := filepath.Glob("../symbols/gen_*.go")
	if err != nil || len(committed) != len(made) {
		t.Errorf("%d tables are committed, %d are made", len(committed), len(made))
	}
	want, err := unpack(filepath.Join(dir, "packages.gz"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack("packages.gz")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(got, want, bytes.Equal) {
		t.Error("packages.gz is not current: run go generate ./runtime/script/exportdata")
	}
}

func compare(t *testing.T, made, committed string) {
	t.Helper()
	want, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not current: run go generate ./runtime/script/exportdata", filepath.Base(committed))
	}
}

func unpack(file string) (map[string][]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return exportdata.Unpack(data)
}

func TestImportEveryPackage(t *testing.T) {
	importer := exportdata.NewImporter()
	paths := exportdata.Paths()
	slices.Reverse(paths)
	for _, path := range paths {
		pkg, err := importer.Import(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if pkg.Path() != path || !pkg.Complete() {
			t.Errorf("%s: got %s, complete %v", path, pkg.Path(), pkg.Complete())
		}
	}
	first, err := importer.Import("io")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := importer.Import("io"); again != first {
		t.Error("io was read twice")
	}
	if _, ok := first.Scope().Lookup("Reader").Type().Underlying().(*types.Interface); !ok {
		t.Error("io.Reader is no interface")
	}
	if _, err := importer.Import("os"); err == nil {
		t.Error("os can be imported")
	}
}

func TestOffers(t *testing.T) {
	for _, test := range []struct {
		path, name string
		want       bool
	}{
		{"time", "Now", true}, {"time", "AfterFunc", false}, {"os", "Exit", false},
		{exportdata.ServicePath, "Service", true}, {exportdata.ServicePath, "Attach", false}, {exportdata.ServicePath, "Call", false},
		{exportdata.SSOPath, "UserLocked", true}, {exportdata.SSOPath, "PasswordTooShort", true}, {exportdata.SSOPath, "Bind", false},
		{exportdata.SSOPath, "SeenBy", false}, {exportdata.SSOPath, "Core", false}, {exportdata.SSOPath, "NewUserFromMap", false},
	} {
		if got := exportdata.Offers(test.path, test.name); got != test.want {
			t.Errorf("%s.%s: %v", test.path, test.name, got)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	packed, err := exportdata.Pack(map[string][]byte{"a": []byte("x"), "b/c": nil})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte("no gzip"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = exportdata.Unpack(data)
	})
}
