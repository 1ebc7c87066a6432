package rest_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/openapi/openapitest"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
)

// shown is what a host shows of its operations: the commands of the page, and
// from the document the examples of answers.
type shown struct {
	commands map[string]string // by the IDs of operations
	answers  map[string]any
}

var ofOperation = regexp.MustCompile(`(?s)<article id="([A-Za-z_]+)">.*?<pre class="command">(.*?)</pre>.*?</article>`)

func (s *site) shown() shown {
	s.T.Helper()
	all := shown{map[string]string{}, map[string]any{}}
	host := strings.TrimSuffix(s.url, "/zato/sso")
	for _, found := range ofOperation.FindAllStringSubmatch(string(s.fetch(host+channel.DocsPath)), -1) {
		all.commands[found[1]] = html.UnescapeString(found[2])
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Responses   map[string]struct {
				Ref     string `json:"$ref"`
				Content map[string]struct{ Example any }
			}
		}
		Components struct {
			Responses map[string]struct {
				Content map[string]struct{ Example any }
			}
		}
	}
	if err := json.Unmarshal(s.fetch(host+openapitest.Path), &document); err != nil {
		s.T.Fatal(err)
	}
	for _, item := range document.Paths {
		for _, operation := range item {
			done := operation.Responses["200"]
			content := done.Content
			if done.Ref != "" {
				content = document.Components.Responses[strings.TrimPrefix(done.Ref, "#/components/responses/")].Content
			}
			for _, media := range content {
				if media.Example != nil {
					all.answers[operation.OperationID] = media.Example
				}
			}
		}
	}
	return all
}

func (s *site) fetch(url string) []byte {
	s.T.Helper()
	response := s.get(url)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.T.Fatalf("%s: %s %v", url, response.Status, err)
	}
	return text
}

// paste runs a command of the page in a shell and returns the answer.
func (s *site) paste(id, command string, environment ...string) map[string]any {
	s.T.Helper()
	directory := s.T.TempDir()
	if err := os.WriteFile(filepath.Join(directory, ".curlrc"), []byte("write-out = \"\\n%{http_code}\"\n"), 0o600); err != nil {
		s.T.Fatal(err)
	}
	shell := exec.CommandContext(s.T.Context(), "sh", "-c", command)
	shell.Env = append(environment, "PATH="+os.Getenv("PATH"), "CURL_HOME="+directory, "SSO_URL="+strings.TrimSuffix(s.url, "/zato/sso"))
	output, err := shell.CombinedOutput()
	if err != nil {
		s.T.Fatalf("%s: %v\n%s\n%s", id, err, command, output)
	}
	text, status, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	var answer map[string]any
	decoder := json.NewDecoder(strings.NewReader(text)) // of lines, the first
	if last := strings.LastIndex(string(output), "\n"); last >= 0 {
		status = string(output[last+1:])
	}
	if err := decoder.Decode(&answer); err != nil || status != "200" {
		s.T.Fatalf("%s: %v\n%s\n%s", id, err, command, output)
	}
	return answer
}

// TestCommands runs the commands of the page as they stand there, but for IDs and
// mailed tokens, and holds the examples of answers to what is answered: they have
// null, and empty texts and lists, where the SSO has.
func TestCommands(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is not installed, and tests that do not run prove nothing", program)
		}
	}
	each(t, func(cfg *core.Config) { cfg.Apps.SignupAllowed = []string{"CRM"} }, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		s.Definitions[sso.AuthBasic][1] = "crm"
		admin, jane, id := s.loginOver("admin"), "", ""
		all := s.shown()
		text := func(answer map[string]any, key string) string {
			value, _ := answer[key].(string)
			if value == "" {
				t.Fatalf("there is no %s in %v", key, answer)
			}
			return value
		}
		var replace []string
		const exampleID, exampleToken = "zusr1nt8j4t2rs9xa0jym1h25adzw9", "39bntxvnt9frrgvg8azvz6chv"
		steps := []struct {
			id   string
			with []string // texts and what is in their place
			then func(answer map[string]any)
		}{
			{id: "createUser", then: func(answer map[string]any) { id = text(answer, "user_id"); replace = []string{exampleID, id} }},
			{id: "approveUser"}, {id: "getUser"}, {id: "searchUsers"}, {id: "updateUser"},
			{id: "login", then: func(answer map[string]any) { jane = text(answer, "ust") }},
			{id: "getSession"}, {id: "verifySession"}, {id: "renewSession"}, {id: "listSessions"},
			{id: "createUserAttributes"}, {id: "setUserAttributes"}, {id: "updateUserAttributes"}, {id: "getUserAttributes"},
			{id: "existUserAttributes"}, {id: "listUserAttributes"}, {id: "deleteUserAttributes"},
			{id: "createSessionAttributes"}, {id: "setSessionAttributes"}, {id: "updateSessionAttributes"}, {id: "getSessionAttributes"},
			{id: "existSessionAttributes"}, {id: "listSessionAttributes"}, {id: "deleteSessionAttributes"},
			{id: "createLink"}, {id: "listLinks"}, {id: "deleteLink"},
			{id: "listAudit"}, {id: "exportAudit"},
			{id: "signUp", with: []string{"jane", "june"}, then: func(answer map[string]any) {
				replace = append(replace, "3c5a3e8d0f7b4a0f9a1c2b6d7e8f9012", text(answer, "confirm_token"))
			}},
			{id: "confirmSignup"},
			{id: "createResetToken", then: func(map[string]any) { replace = append(replace, exampleToken, s.resetToken(id)) }},
			{id: "accessResetToken", then: func(answer map[string]any) {
				replace = append(replace, "gAAAAABqW0PzKx7mQ5nC1u9bJ4dT…", text(answer, "reset_key"))
			}},
			{id: "changeResetPassword"}, {id: "changePassword"}, {id: "resetTOTPKey"},
			{id: "lockUser"}, {id: "unlockUser"}, {id: "rejectUser"}, {id: "deleteUser"}, {id: "logout"},
		}
		for _, step := range steps {
			command := all.commands[step.id]
			if strings.Contains(command, exampleToken[:5]) && len(replace) < 4 {
				t.Fatalf("%s: nothing is known to be in the place of the token", step.id)
			}
			command = strings.NewReplacer(append(step.with, replace...)...).Replace(command)
			line, sent, _ := strings.Cut(command, "\n")
			if !strings.HasPrefix(line, "curl -sS -X ") || !strings.Contains(line, `"$SSO_URL/zato/sso/`) || strings.ContainsAny(line, "?") || strings.Contains(line, "UST") {
				t.Errorf("%s: the line is %q", step.id, line)
			}
			if isOpen := strings.HasSuffix(line, "<<END"); isOpen != strings.Contains(sent, `"$`) || !isOpen && !strings.HasSuffix(line, "<<'END'") {
				t.Errorf("%s: passwords that are typed into it would be changed, or its variables are none: %s", step.id, command)
			}
			answer := s.paste(step.id, command, "UST="+admin, "TARGET_UST="+jane, "USER_ID="+id)
			if difference := alike(all.answers[step.id], answer, ""); difference != "" {
				t.Errorf("%s: %s\nexample %s\nanswer %s", step.id, difference, s.text(all.answers[step.id]), s.text(answer))
			}
			if step.then != nil {
				step.then(answer)
			}
		}
		if want := len(rest.Definitions()); len(steps) != want {
			t.Errorf("%d operations were called, and there are %d", len(steps), want)
		}
	})
}

// alike says where an example and an answer are not of the same kind; "" is nowhere.
func alike(example, answer any, at string) string {
	if fmt.Sprintf("%T", example) != fmt.Sprintf("%T", answer) {
		return fmt.Sprintf("%s is %T in the example and %T in the answer", at, example, answer)
	}
	switch example := example.(type) {
	case string:
		if (example == "") != (answer == "") {
			return fmt.Sprintf("%s is empty in one of the two", at)
		}
	case map[string]any:
		answer := answer.(map[string]any)
		if keys, wanted := slices.Sorted(maps.Keys(answer)), slices.Sorted(maps.Keys(example)); !slices.Equal(keys, wanted) {
			return fmt.Sprintf("%s has %v in the example and %v in the answer", at, wanted, keys)
		}
		for name := range example {
			if name == "changes" || name == "keys" { // which are those of other calls
				continue
			}
			if difference := alike(example[name], answer[name], at+"."+name); difference != "" {
				return difference
			}
		}
	case []any:
		answer := answer.([]any)
		if (len(example) == 0) != (len(answer) == 0) {
			return fmt.Sprintf("%s is empty in one of the two", at)
		}
		if len(example) > 0 {
			return alike(example[0], answer[0], at+"[0]")
		}
	}
	return ""
}

// TestRequired has the document require exactly what a request is a bad one
// without; what is needed is refused like all else.
func TestRequired(t *testing.T) {
	t.Parallel()
	change := func(cfg *core.Config) { cfg.Login.Throttle.Enabled = false }
	each(t, change, func(t *testing.T, s *site) {
		s.SuperUser("admin")
		id := s.User("jane", nil)
		admin := s.loginOver("admin")
		var document struct {
			Paths map[string]map[string]struct {
				Parameters []struct {
					Name     string
					Required bool
					Either   bool `json:"x-required"`
				}
				RequestBody struct {
					Content map[string]struct {
						Example map[string]any
						Schema  struct {
							Required   []string
							Properties map[string]struct{ Description string }
						}
					}
				} `json:"requestBody"`
			}
		}
		if err := json.Unmarshal(s.fetch(strings.TrimSuffix(s.url, "/zato/sso")+openapitest.Path), &document); err != nil {
			t.Fatal(err)
		}
		needed := 0
		for _, d := range rest.Definitions() {
			operation := document.Paths[d.Path][strings.ToLower(d.Method)]
			content := operation.RequestBody.Content["application/json"]
			required := content.Schema.Required
			for _, parameter := range operation.Parameters {
				if parameter.Required {
					t.Errorf("%s %s requires %s in the query", d.Method, d.Path, parameter.Name)
				}
				if parameter.Either {
					required = append(required, parameter.Name)
				}
			}
			for name := range content.Example {
				elements := map[string]any{}
				for name, value := range content.Example {
					switch name {
					case "ust", "current_ust", "target_ust":
						value = s.loginOver("admin") // another one each time: the call may end it
					case "user_id":
						value = id
					}
					elements[name] = value
				}
				delete(elements, name)
				isNeeded := strings.Contains(content.Schema.Properties[name].Description, "Needed: without it the call is refused.")
				isRequired := slices.Contains(required, name)
				if isNeeded {
					needed++
				}
				if isNeeded && isRequired {
					t.Errorf("%s %s: %s is required and needed", d.Method, d.Path, name)
				}
				if !isNeeded && !isRequired {
					continue
				}
				body, err := json.Marshal(elements)
				if err != nil {
					t.Fatal(err)
				}
				status, answer := s.send(d.Method, strings.TrimPrefix(d.Path, "/zato/sso"), string(body))
				want := http.StatusForbidden
				if isRequired || strings.HasPrefix(name, "auth_") { // a definition that there is none of
					want = http.StatusBadRequest
				}
				if status != want {
					t.Errorf("%s %s without %s: %d %v, want %d", d.Method, d.Path, name, status, answer, want)
				}
			}
		}
		if needed < 20 {
			t.Errorf("only %d elements are needed", needed)
		}
		s.want(403, refused("E001001"), http.MethodPost, "/user", map[string]any{"ust": admin})
	})
}
