package runtime_test

import (
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gatehouse/runtime"
	"gatehouse/runtime/openapi/openapitest"
)

const docScripts = `package services

import "gatehouse/runtime/service"

type Echo struct{ service.Service }

func (self *Echo) Handle() error {
	var input struct {
		Name string ` + "`json:\"name\" validate:\"required\"`" + `
	}
	if err := self.Request.Bind(&input); err != nil {
		return err
	}
	if input.Name == "nobody" {
		return service.NotFound("there is no %s", input.Name)
	}
	self.Response.Payload = service.Dict{"name": input.Name}
	return nil
}
`

// TestDocumentation holds the answers of a whole host to the document that it
// publishes.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	for name, services := range map[string]map[string]string{
		"without services": nil,
		"with services":    {"doc.go": docScripts, "bad/broken.go": "package bad\n\nvar x = y\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, options{services: services})
			client := openapitest.Client(t, h.url)
			send := func(method, path, body string, status int) string {
				t.Helper()
				request, err := http.NewRequestWithContext(t.Context(), method, h.url+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.SetBasicAuth(runtime.InvokeDefinition, apiPassword)
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				text, err := io.ReadAll(response.Body)
				if err != nil || response.StatusCode != status {
					t.Errorf("%s %s: %s %s %v", method, path, response.Status, text, err)
				}
				return string(text)
			}
			send(http.MethodGet, "/zato/services", "", 200)
			for path, want := range map[string]string{"/docs": "/zato/sso/user/login", "/openapi.json": `"/zato/sso/user/login"`} {
				if text := send(http.MethodGet, path, "", 200); !strings.Contains(text, want) {
					t.Errorf("%s does not have the paths of the SSO", path)
				}
			}
			for _, path := range []string{"/healthz", "/readyz", "/zato/ping"} {
				send(http.MethodGet, path, "", 200)
			}
			send(http.MethodPost, "/zato/api/invoke/none", "{}", 404)
			if services == nil {
				return
			}
			page := send(http.MethodGet, "/docs", "", 200)
			for id, want := range map[string]string{"invoke": `{"name":"Jane"}`, "listServices": `"doc.echo"`, "ping": `"zato"`,
				"health": `"healthy"`, "ready": `"ready"`, "document": `"openapi": "3.1`, "documentPage": "<title>Gatehouse</title>"} {
				if answer := paste(t, h.url, id, page); !strings.Contains(answer, want) {
					t.Errorf("the command of %s answers %s", id, answer)
				}
			}
			send(http.MethodPost, "/zato/api/invoke/doc.echo", `{"name": "Jane"}`, 200)
			send(http.MethodPost, "/zato/api/invoke/doc.echo", `{"name": "nobody"}`, 404)
			send(http.MethodPost, "/zato/api/invoke/doc.echo", `{}`, 400)
			send(http.MethodPost, "/zato/api/invoke/doc.echo", `{`, 400)
		})
	}
}

// paste runs the command that the page has of an operation, in a shell.
func paste(t *testing.T, url, id, page string) string {
	t.Helper()
	_, article, _ := strings.Cut(page, `<article id="`+id+`">`)
	_, command, _ := strings.Cut(article, `<pre class="command">`)
	command, _, isThere := strings.Cut(command, "</pre>")
	if !isThere {
		t.Fatalf("the page has no command of %s", id)
	}
	command = strings.Replace(html.UnescapeString(command), "hello.hello", "doc.echo", 1)
	shell := exec.CommandContext(t.Context(), "sh", "-c", command)
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "SSO_URL=" + url, "BASIC_USERNAME=" + runtime.InvokeDefinition + ":" + apiPassword}
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	return string(output)
}

func TestDocumentationSwitchedOff(t *testing.T) {
	t.Parallel()
	h := start(t, options{change: func(cfg *runtime.Config) {
		if err := cfg.ReadEnvironment([]string{"GATEHOUSE_HTTP_DOCS=false"}); err != nil {
			t.Fatal(err)
		}
	}})
	for path, want := range map[string]int{"/docs": 404, "/openapi.json": 404, "/healthz": 200} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}
