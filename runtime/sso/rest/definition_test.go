package rest_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi/openapitest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/rest"
)

// TestDeclaredElements has each operation read the elements that it declares,
// each of them and no others, and has requests be bad without those that are
// required, and only these.
func TestDeclaredElements(t *testing.T) {
	t.Parallel()
	definitions := rest.Definitions()
	if len(definitions) < 35 {
		t.Fatalf("there are only %d operations", len(definitions))
	}
	for _, d := range definitions {
		name := d.Method + " " + d.Path
		all := map[string]any{}
		for _, element := range d.Names() {
			all[element] = "1" // which every kind takes
		}
		read, err := d.Read(all)
		if err != nil {
			t.Errorf("%s, with all elements: %v", name, err)
		}
		if all["data"] != nil { // which stands for others
			all["data"] = []any{"1"}
			more, err := d.Read(all)
			if err != nil {
				t.Errorf("%s, with data: %v", name, err)
			}
			maps.Copy(read, more)
			delete(all, "data")
			all["data"] = "1"
		}
		if got, want := slices.Sorted(maps.Keys(read)), slices.Sorted(slices.Values(d.Names())); !slices.Equal(got, want) {
			t.Errorf("%s reads %v, and declares %v", name, got, want)
		}
		for _, element := range d.Names() {
			some := maps.Clone(all)
			delete(some, element)
			if _, err := d.Read(some); (err != nil) != slices.Contains(d.Required, element) {
				t.Errorf("%s without %s: %v", name, element, err)
			}
		}
	}
}

// TestUndeclaredElement has an operation that reads what it does not declare
// panic, so that TestDeclaredElements finds it.
func TestUndeclaredElement(t *testing.T) {
	t.Parallel()
	defer func() {
		if fault, _ := recover().(string); !strings.Contains(fault, "getUser reads the element user_id") {
			t.Errorf("%v", fault)
		}
	}()
	at := slices.IndexFunc(rest.Definitions(), func(d rest.Declared) bool { return d.Method == http.MethodGet && d.Path == "/zato/sso/user" })
	_, _ = rest.Definitions()[at].Without("user_id").Read(nil)
}

// published returns the document of the SSO's routes.
func published(t *testing.T, options rest.Options) []byte {
	t.Helper()
	handler, err := channel.New(channel.Config{Invoker: noServices{t}, Authenticator: noServices{t}, Routes: rest.Routes(instant{}, options)})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, openapitest.Path, nil))
	return answer.Body.Bytes()
}

func TestPublishedDocument(t *testing.T) {
	t.Parallel()
	text := published(t, rest.Options{})
	if again := published(t, rest.Options{}); string(again) != string(text) {
		t.Error("the document is not the same twice")
	}
	for _, text := range [][]byte{text, published(t, rest.Options{Status200OnAppError: true})} {
		if _, err := openapitest.Parse(text); err != nil {
			t.Error(err)
		}
		if err := channel.CheckJSON(text); err != nil {
			t.Error(err)
		}
	}
	var document struct {
		Paths map[string]map[string]struct {
			ID         string `json:"operationId"`
			Parameters []struct{ Name, In string }
		}
		Components struct {
			Schemas struct {
				Code struct{ OneOf []struct{ Const string } }
			}
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, route := range rest.Routes(instant{}, rest.Options{}) {
		methods := route.DocMethods
		if methods == nil {
			methods = []string{http.MethodPost}
		}
		if route.Method != "" {
			methods = []string{route.Method}
		}
		for _, method := range methods {
			if route.Doc == nil || document.Paths[route.Pattern][strings.ToLower(method)].ID == "" {
				t.Errorf("%s %s is not documented", method, route.Pattern)
			}
		}
	}
	for _, d := range rest.Definitions() {
		var names []string
		for _, parameter := range document.Paths[d.Path]["get"].Parameters {
			if parameter.In == "query" {
				names = append(names, parameter.Name)
			}
		}
		if d.Method == http.MethodGet && !slices.Equal(names, d.Names()) {
			t.Errorf("%s takes %v, documented are %v in the query", d.Path, d.Names(), names)
		}
	}
	if got, want := len(document.Components.Schemas.Code.OneOf), len(sso.Codes()); got != want {
		t.Errorf("the document has %d codes, and there are %d", got, want)
	}
}

// TestGlossary has a word for everything, and none for nothing.
func TestGlossary(t *testing.T) {
	t.Parallel()
	var document any
	if err := json.Unmarshal(published(t, rest.Options{}), &document); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var walk func(value any, at string)
	walk = func(value any, at string) {
		switch value := value.(type) {
		case map[string]any:
			properties, _ := value["properties"].(map[string]any)
			for name, schema := range properties {
				schema, _ := schema.(map[string]any)
				used[name] = true
				isOurs := !slices.Contains([]string{"cid", "status", "sub_status"}, name)
				if isOurs && strings.HasPrefix(at, "/paths/zato/sso") && schema["description"] == nil {
					t.Errorf("%s: nothing says what %s is", at, name)
				}
			}
			for name, inner := range value {
				walk(inner, at+"/"+strings.TrimPrefix(name, "/"))
			}
		case []any:
			for _, inner := range value {
				walk(inner, at)
			}
		}
	}
	walk(document, "")
	for name, about := range rest.Glossary() {
		if !used[name] || about == "" {
			t.Errorf("the glossary has %s, which is no element or key, or does not say what it is", name)
		}
	}
}

// TestPathsInTheManual holds the table of docs/rest.md to the operations.
func TestPathsInTheManual(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/rest.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rest.Definitions() {
		path := strings.TrimPrefix(d.Path, "/zato/sso")
		if strings.HasPrefix(path, "/session/attr") {
			path = "/session/attr" // "and those below it"
		}
		if !strings.Contains(string(text), "`"+path+"`") {
			t.Errorf("docs/rest.md has no %s", path)
		}
	}
}

// TestQueries sends what GET takes as parameters of the query. (The client of a
// site holds requests and answers to the document.)
func TestQueries(t *testing.T) {
	t.Parallel()
	each(t, nil, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.User("jane", nil)
		admin, jane := s.loginOver("admin"), s.loginOver("jane")
		s.want(200, ok, http.MethodPut, "/user/attr", map[string]any{"ust": jane, "name": "theme", "value": "dark", "encrypt": true})
		get := func(path string, want string, element string) {
			t.Helper()
			status, got := s.send(http.MethodGet, path, "")
			encoded, err := json.Marshal(got[element])
			if err != nil || status != 200 || string(encoded) != want {
				t.Errorf("%s: %d %v, want %s", path, status, got, want)
			}
		}
		own, ofAdmin := "?current_app=CRM&ust="+jane, "?current_app=CRM&ust="+admin
		get("/user/attr"+own+"&name=theme", `"dark"`, "value")
		get("/user/attr"+own+"&name=theme&decrypt=YES", `"dark"`, "value")
		get("/user/attr/exists"+own+"&data=theme&data=none", `{"none":false,"theme":true}`, "result")
		get("/user/attr/names"+own, `["theme"]`, "result")
		get("/user/search"+ofAdmin+"&name_op=or&is_name_exact=no&page_size=1&cur_page=2", `2`, "cur_page")
		get("/user/search"+ofAdmin+"&paginate=0", `2`, "total")
		get("/user/linked"+own, `[]`, "result")
		get("/user/session?current_app=CRM&current_ust="+admin+"&target_ust="+jane, `"127.0.0.1"`, "remote_addr")
		s.want(403, refused("E008002"), http.MethodGet, "/user/attr"+own+"&data=theme", map[string]any{})
	})
}
