package compile_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"strings"
	"testing"

	"gatehouse/runtime/script/compile"
)

// body makes a file of statements in a function.
func body(statements string, imports ...string) string {
	text := "package services\n\n"
	for _, path := range imports {
		text += "import \"" + path + "\"\n"
	}
	return text + "func f() {\n" + statements + "\n}\n"
}

func TestRefused(t *testing.T) {
	service := "package services\n\nimport \"gatehouse/runtime/service\"\n\n"
	for _, test := range []struct{ name, text, want string }{
		{"syntax", "package services\n\nfunc f( {\n", "services/x.go:3:9: syntax error: "},
		{"type", body("var s string = 1\n_ = s"), "services/x.go:4:16: cannot use 1 (untyped int constant) as string value in variable declaration"},
		{"unused variable", body("x := 1"), "services/x.go:4:1: declared and not used: x"},
		{"unused import", "package services\n\nimport \"strings\"\n", "services/x.go:3:8: \"strings\" imported and not used"},
		{"missing return", "package services\n\nfunc f() int {\n}\n", "services/x.go:4:1: missing return"},
		{"undefined", body("y()"), "services/x.go:4:1: undefined: y"},
		{"goroutine", body("go f()"), "services/x.go:4:1: services cannot start goroutines"},
		{"wait group", body("var w sync.WaitGroup\nw.Go(f)", "sync"), "services cannot start goroutines"},
		{"package variable", "package services\n\nvar n int\n\nfunc f() { n = 1 }\n", "services/x.go:5:12: cannot assign to package variable n"},
		{"increment", "package services\n\nvar n int\n\nfunc f() { n++ }\n", "cannot assign to package variable n"},
		{"element", "package services\n\nvar m = map[string][]int{}\n\nfunc f() { m[\"a\"][0] = 1 }\n", "cannot assign to package variable m"},
		{"delete", "package services\n\nvar m = map[string]int{}\n\nfunc f() { delete(m, \"a\") }\n", "cannot assign to package variable m"},
		{"field", "package services\n\nvar s = &struct{ n int }{}\n\nfunc f() { s.n += 1 }\n", "cannot assign to package variable s"},
		{"address", "package services\n\nvar n int\n\nfunc f() *int { return &n }\n", "cannot take the address of package variable n"},
		{"locked", "package services\n\nimport \"sync\"\n\nvar mu sync.Mutex\n\nfunc f() { mu.Lock() }\n", "cannot take the address of package variable mu"},
		{"range into", "package services\n\nvar n int\n\nfunc f() {\n\tfor n = range 3 {\n\t}\n}\n", "cannot assign to package variable n"},
		{"variable of the host", body("io.EOF = nil", "io"), "cannot assign to package variable EOF"},
		{"unmarshaler", "package services\n\ntype t struct{ n int }\n\nfunc (t *t) UnmarshalJSON(b []byte) error { return nil }\n", "services/x.go:5:13: the method UnmarshalJSON of a service's type would not be called"},
		{"method in a template", "package services\n\nimport (\n\t\"io\"\n\t\"text/template\"\n)\n\ntype item struct{ N int }\n\nfunc (i item) Total() int { return i.N }\n\nfunc f() {\n\t_ = template.New(\"\").Execute(io.Discard, &item{})\n}\n", "services/x.go:13:43: a template cannot call the method Total of item"},
		{"functions of the struct itself", "package services\n\ntype step func(*flow)\n\ntype flow struct {\n\tone   step\n\tsteps []step\n}\n", "services/x.go:7:2: services cannot have a list or map of functions that take flow in the struct itself: keep each function in a struct of its own, such as type step struct{ do func(*flow) }"},
		{"init", "package services\n\nfunc init() {}\n", "init would run once for every interpreter"},
		{"package main", "package main\n\nfunc main() {}\n", "services cannot be in package main"},
		{"os", "package services\n\nimport \"os\"\n\nvar _ = os.Args\n", "services/x.go:3:8: package os is not available to services"},
		{"unsafe", "package services\n\nimport \"unsafe\"\n\nvar _ unsafe.Pointer\n", "services cannot import \"unsafe\""},
		{"cgo", "package services\n\nimport \"C\"\n", "services cannot import \"C\""},
		{"dot import", "package services\n\nimport . \"fmt\"\n\nvar _ = Sprint\n", "give \"fmt\" a name"},
		{"guard", "package services\n\nimport \"gatehouse/runtime/script/guard\"\n\nvar _ = guard.New\n", "is not available to services"},
		{"timer", body("time.AfterFunc(0, f)", "time"), "time.AfterFunc is not available to services: it would run on a goroutine of its own"},
		{"listener", body("_ = http.ListenAndServe(\"\", nil)", "net/http"), "http.ListenAndServe is not available to services: the host listens"},
		{"default client", body("_, _ = http.Get(\"\")", "net/http"), "use http.NewRequestWithContext"},
		{"println", body("println(1)"), "writes past the log"},
		{"attach", service + "func f(s *service.Service) { service.Attach(s, service.Call{}) }\n", "service.Attach is for the host"},
		{"bind", "package services\n\nimport \"gatehouse/runtime/sso\"\n\nvar _ = sso.Bind\n", "sso.Bind is for the host"},
		{"seen by", "package services\n\nimport \"gatehouse/runtime/sso\"\n\nvar _ = sso.SeenBy\n", "sso.SeenBy is for the host"},
		{"handle", service + "type A struct{ service.Service }\n\nfunc (a *A) Handle() {}\n", "services/x.go:5:6: method Handle of service A must be Handle() error"},
		{"value receiver", service + "type A struct{ service.Service }\n\nfunc (a A) Handle() error { return nil }\n", "services/x.go:5:6: method Handle of service A has a value receiver, so that what it sets in self.Response is lost: write func (self *A) Handle() error"},
		{"lower case", service + "type A struct{ service.Service }\n\nfunc (a *A) handle() error { return nil }\n", "services/x.go:5:6: A has the method handle, but no Handle, and is no service"},
		{"misspelt", service + "type A struct{ service.Service }\n\nfunc (a *A) Handel() error { return nil }\n", "A has the method Handel, but no Handle"},
		{"unexported", service + "type hello struct{ service.Service }\n\nfunc (h *hello) Handle() error { return nil }\n", "services/x.go:5:6: hello has Handle, but is no service, for its name is not exported: call it Hello"},
		{"pointer", service + "type A struct{ *service.Service }\n\nfunc (a *A) Handle() error { return nil }\n", "embed service.Service, without the star"},
		{"name", service + "type A struct{ service.Service }\n\nfunc (a *A) Name() string { return a.CID }\n\nfunc (a *A) Handle() error { return nil }\n", "with one return of a constant"},
		{"bad name", service + "type A struct{ service.Service }\n\nfunc (a *A) Name() string { return \"No Spaces\" }\n\nfunc (a *A) Handle() error { return nil }\n", "\"No Spaces\" is no name for a service"},
		{"function type", "package services\n\ntype state func() state\n", "services/x.go:3:6: services cannot have a type that is made of itself without a struct between, as state is"},
		{"a builtin fed by one call", "package services\n\nfunc pair() ([]int, int) { return nil, 1 }\n\nfunc f() { _ = append(pair()) }\n", "services/x.go:5:23: services cannot give what one call returns to append"},
		{"channel of itself", "package services\n\ntype link chan link\n", "as link is"},
		{"array of itself", "package services\n\ntype pair [2]*pair\n\nvar X pair\n", "as pair is"},
		{"types made of one another", "package services\n\ntype rows []row\n\ntype row map[string]rows\n\nvar X = rows{{}}\n", "as rows is"},
		{"generic type made of itself", "package services\n\ntype tree[T any] []tree[T]\n\nvar X tree[int]\n", "as tree is"},
		{"embedded JSON", "package services\n\ntype A struct{ X int }\n\ntype B struct{ A }\n\nvar _ any = B{}\n", "its fields would be nested in JSON"},
		{"nested marshaler", "package services\n\ntype A int\n\nfunc (A) MarshalJSON() ([]byte, error) { return nil, nil }\n\nvar _ any = []A{1}\n", "MarshalJSON would not be called"},
		{"range function with label", body("L:\nfor range func(func() bool) {} {\ncontinue L\n}"), "collect the values first"},
		{"label of a select that is gone to", body("c := make(chan int, 1)\nL:\nselect {\ncase c <- len(c):\ngoto L\n}"), "services/x.go:5:1: services cannot go to the label of"},
		{"types that look the same", "package services\n\ntype list []int\n\nfunc f(v any) {\n\tswitch v.(type) {\n\tcase []int:\n\tcase string, list:\n\t}\n}\n", "services/x.go:8:15: services cannot tell list from []int in an interface"},
		{"line directives", "package services\n//line other.go:100\nvar s string = 1\n", "services/x.go:3:16: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := compiler.Compile("services", []compile.File{source(test.text)})
			var faults compile.Errors
			if !errors.As(err, &faults) {
				t.Fatalf("got %v, want Errors", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
		})
	}
}

func TestAllErrorsAreTold(t *testing.T) {
	_, err := compiler.Compile("services", []compile.File{
		{Name: "services/b.go", Source: []byte("package services\n\nfunc b() int { return x }\n")},
		{Name: "services/a.go", Source: []byte("package services\n\nimport \"fmt\"\n\nfunc a() { y := z }\n")},
	})
	want := "services/a.go:3:8: \"fmt\" imported and not used\n" +
		"services/a.go:5:12: declared and not used: y\n" +
		"services/a.go:5:17: undefined: z\n" +
		"services/b.go:3:23: undefined: x"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	many := "package services\n\nfunc f() {\n" + strings.Repeat("\tundefined()\n", 100) + "}\n"
	_, err = compiler.Compile("services", []compile.File{source(many)})
	var faults compile.Errors
	if !errors.As(err, &faults) || len(faults) != 20 {
		t.Errorf("%d errors, want 20", len(faults))
	}
}

func TestFilesThatAreNotMeant(t *testing.T) {
	text := []byte("package services\n\nfunc f() { go f() }\n")
	_, err := compiler.Compile("services", []compile.File{
		{Name: "services/x_test.go", Source: text},
		{Name: "services/x_windows.go", Source: text},
		{Name: "services/y.go", Source: append([]byte("//go:build ignore\n\n"), text...)},
		{Name: "services/notes.txt", Source: text},
	})
	if !errors.Is(err, compile.ErrNoFiles) {
		t.Errorf("got %v, want ErrNoFiles", err)
	}
}

func TestServices(t *testing.T) {
	pkg, err := compiler.Compile("services", []compile.File{
		{Name: "services/user_api.go", Source: []byte(`package services

import "gatehouse/runtime/service"

type base struct{ service.Service }

type UpdateUserByID struct{ base }

func (s *UpdateUserByID) Handle() error { return nil }

type GetHTTPStatus struct{ service.Service }

func (s *GetHTTPStatus) Handle() error { return nil }

type hidden struct{ service.Service }

func (s *hidden) Handle() error { return nil }

type Shown struct{ hidden }

type Base struct{ service.Service }

func (s *Base) HandleAll() error { return nil }

type Plain struct{}

func (p Plain) Handle() error { return nil }
`)},
		{Name: "services/crm.go", Source: []byte(`package services

import svc "gatehouse/runtime/service"

const prefix = "crm."

type Lookup struct{ svc.Service }

func (*Lookup) Name() string  { return prefix + "find" }
func (*Lookup) Handle() error { return nil }
`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range pkg.Services {
		got = append(got, s.Name+" "+s.Type+" "+s.File)
	}
	want := "crm.find Lookup services/crm.go, user-api.update-user-by-id UpdateUserByID services/user_api.go, " +
		"user-api.get-http-status GetHTTPStatus services/user_api.go, user-api.shown Shown services/user_api.go"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
	if pkg.Services[1].Line != 7 || !pkg.Services[1].Pointer || !pkg.Services[3].Pointer || len(pkg.Hash) != 16 {
		t.Errorf("%+v %s", pkg.Services, pkg.Hash)
	}
}

func TestDuplicateServiceNamesBothFiles(t *testing.T) {
	text := "package services\n\nimport \"gatehouse/runtime/service\"\n\ntype T struct{ service.Service }\n\nfunc (*T) Name() string { return \"same\" }\nfunc (*T) Handle() error { return nil }\n"
	_, err := compiler.Compile("services", []compile.File{
		{Name: "services/a.go", Source: []byte(strings.ReplaceAll(text, "T", "A"))},
		{Name: "services/b.go", Source: []byte(strings.ReplaceAll(text, "T", "B"))},
	})
	if err == nil || !strings.Contains(err.Error(), "services/b.go:5: service same (type B) is defined in services/a.go already") {
		t.Error(err)
	}
}

func TestFilesShareAPackage(t *testing.T) {
	var out strings.Builder
	loaded, err := load(&out, "services",
		compile.File{Name: "services/a.go", Source: []byte("package services\n\nimport rand \"math/rand/v2\"\nimport f \"fmt\"\n\nfunc Run() { f.Println(helper(2), rand.IntN(1), gh_x) }\n\nvar gh_x = later + 1\n")},
		compile.File{Name: "services/b.go", Source: []byte("package services\n\nimport \"crypto/rand\"\nimport \"fmt\"\n\nvar later = 4\n\nfunc helper(f int) string { return fmt.Sprint(f, len(rand.Text())) }\n")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loaded.call("Run"); err != nil || out.String() != "2 26 0 5\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestSites(t *testing.T) {
	text := `package services

import "strings"

type node struct {
	next *node
	n    int
}

func helper(n *node) *node {
	return n.next
}

func NilField() int {
	var n *node
	x := 1
	return n.n +
		x
}

func AfterCall() int {
	return helper(&node{}).n
}

func InLoop() int {
	list := []int{1}
	for i := 0; list[i] > 0; i++ {
		list[0]++
	}
	return 0
}

func InElse() int {
	list := []int{1}
	if list[0] == 2 {
		return 1
	} else if list[5] == 1 {
		return 2
	}
	return 0
}

func WithDefer() int {
	var m map[string]int
	defer func() {
		list := []int{1}
		list[0] = 2
	}()
	m["x"] = 1
	return 0
}

func Assert() int {
	var x any = "s"
	return x.(int)
}

func Divide() int {
	zero := 0
	return 1 / zero
}

func Closure() int {
	f := func(n *node) int {
		return n.n
	}
	return f(nil)
}

func Host() int {
	return len(strings.Repeat("x", -1))
}

func Recurse() int {
	return Recurse() + 1
}

func Mutual(int) int {
	var f func() int
	f = func() int { return g(f) }
	return f()
}

func Endless() int { return Mutual(1) }

func g(f func() int) int { return f() }
`
	loaded := mustLoad(t, text)
	for name, line := range map[string]int{
		"NilField": 17, "AfterCall": 22, "InLoop": 27, "InElse": 37, "WithDefer": 49, "Assert": 55, "Divide": 60,
		"Closure": 65, "Host": 71, "Recurse": 74, "Endless": 84,
	} {
		_, err := loaded.call(name)
		if err == nil {
			t.Errorf("%s: no panic", name)
			continue
		}
		site := loaded.Sites[loaded.state.Site()]
		if name == "Endless" {
			if !strings.Contains(err.Error(), "endless recursion") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if site.Line != line || site.File != "services/x.go" || site.Function != name {
			t.Errorf("%s: %v, at %+v, want line %d", name, err, site, line)
		}
	}
}

func TestUnexportedFieldsStayOutOfJSON(t *testing.T) {
	loaded := mustLoad(t, `package services

type account struct {
	Name, password string
	hash           []byte `+"`json:\"hash\"`"+`
	inner
	Nested struct {
		Shown  int `+"`json:\"shown\"`"+`
		secret string
	}
}

type inner struct{ token string }

func Run() any {
	a := account{Name: "n", password: "p", hash: []byte("h"), inner: inner{"t"}}
	a.Nested.secret = "s"
	return map[string]any{"one": a, "list": []*account{&a}, "anonymous": struct{ A, b int }{1, 2}}
}
`)
	results, err := loaded.call("Run")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(results[0].Interface())
	want := `{"anonymous":{"A":1},"list":[{"Name":"n","Nested":{"shown":0}}],"one":{"Name":"n","Nested":{"shown":0}}}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestLoweredOriginIsTheAuthors(t *testing.T) {
	loaded := mustLoad(t, "package services\n\nfunc first() {}\n\nfunc Second() int {\n\treturn 1\n}\n")
	found := false
	for i, line := range strings.Split(string(loaded.Source), "\n") {
		if strings.Contains(line, "return 1") {
			found = true
			if origin := loaded.Origin(i + 1); origin.File != "services/x.go" || origin.Line != 6 {
				t.Errorf("line %d comes from %+v", i+1, origin)
			}
		}
	}
	if !found {
		t.Errorf("no such line:\n%s", loaded.Source)
	}
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"package services\n", "package services\n\nfunc f() { for i := range 3 { defer func() { _ = i }() } }\n",
		"package services\n\nfunc f[T any](x T) T { return x }\n\nvar _ = f(1)\n", body("switch x := any(1).(type) {\ncase int, string:\n_ = x\n}"),
		"package services\n\nimport \"gatehouse/runtime/service\"\n\ntype A struct{ service.Service }\n\nfunc (*A) Handle() error { return nil }\n",
		body("L:\nfor {\nselect {\ndefault:\nbreak L\n}\n}"), body("var a, b any = 1, nil\n_ = a == b && min(1, 2) > 1"), "package services\n//line x:1\n/*line :1:1*/var x = \"//line\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		pkg, err := compiler.Compile("services", []compile.File{{Name: "services/x.go", Source: text}})
		if err != nil {
			if strings.Contains(err.Error(), "the compiler failed") || strings.Contains(err.Error(), "does not parse") {
				t.Fatal(err)
			}
			return
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", pkg.Source, 0); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	text := source(`package services

import (
	"net/http"
	"slices"

	"gatehouse/runtime/service"
)

type Hello struct{ service.Service }

func (self *Hello) Handle() error {
	names := []string{"b", "a"}
	slices.Sort(names)
	for i := range names {
		if names[i] == "" {
			return service.BadRequest("no name")
		}
	}
	self.Response.Status = http.StatusCreated
	self.Response.Payload = service.Dict{"names": names}
	return nil
}
`)
	for b.Loop() {
		if _, err := compiler.Compile("services", []compile.File{text}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileFirst(b *testing.B) {
	text := source("package services\n\nimport \"net/http\"\n\nvar X = http.StatusOK\n")
	for b.Loop() {
		if _, err := compile.New().Compile("services", []compile.File{text}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInterpreted(b *testing.B) {
	loaded, err := load(io.Discard, "services", source("package services\n\nfunc Fib() int { return fib(15) }\n\nfunc fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}\n"))
	if err != nil {
		b.Fatal(err)
	}
	f, err := loaded.interp.Eval("services.Fib")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.Call(nil)
	}
}
