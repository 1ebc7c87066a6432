package openapitest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// operation finds the path that a request is for, and the operation, by their
// pointers; "" where the document has none.
func (d *Document) operation(method, urlPath string) (path, operation string) {
	paths, _ := d.root["paths"].(map[string]any)
	templates := slices.Sorted(maps.Keys(paths))
	at := slices.IndexFunc(templates, func(template string) bool { return template == urlPath })
	if at < 0 {
		at = slices.IndexFunc(templates, func(template string) bool { return fits(template, urlPath) })
	}
	if at < 0 {
		return "", ""
	}
	path = "#/paths/" + escape(templates[at])
	if method == http.MethodHead {
		method = http.MethodGet
	}
	item, _ := paths[templates[at]].(map[string]any)
	if item[strings.ToLower(method)] == nil {
		return path, ""
	}
	return path, path + "/" + strings.ToLower(method)
}

// effective is the method that a request has where the document lets a header say
// so.
func (d *Document) effective(request *http.Request) string {
	_, pointer := d.operation(http.MethodGet, request.URL.Path)
	operation, _ := d.at(pointer).(map[string]any)
	override, _ := operation["x-method-override"].(map[string]any)
	header, _ := override["header"].(string)
	if override["method"] == request.Method && header != "" && override["value"] == request.Header.Get(header) {
		return http.MethodGet
	}
	return request.Method
}

// fits reports whether a path is one of a template, such as /users/{id}.
func fits(template, path string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	if len(wanted) != len(given) {
		return false
	}
	for i := range wanted {
		if isVariable := strings.HasPrefix(wanted[i], "{") && given[i] != ""; !isVariable && wanted[i] != given[i] {
			return false
		}
	}
	return true
}

// CheckAnswer checks an answer to a request: that the document has its status,
// its content type, its headers and its body. Paths and methods that the
// document does not have are to be answered as NotFound and MethodNotAllowed of
// its components.
func (d *Document) CheckAnswer(method, urlPath string, response *http.Response, body []byte) error {
	status := strconv.Itoa(response.StatusCode)
	path, operation := d.operation(method, urlPath)
	switch {
	case path == "":
		return d.checkResponse("#/components/responses/NotFound", "404", status, method, response, body)
	case method == http.MethodOptions && response.StatusCode == http.StatusNoContent:
		return nil
	case operation == "":
		return d.checkResponse("#/components/responses/MethodNotAllowed", "405", status, method, response, body)
	}
	responses, _ := d.at(operation + "/responses").(map[string]any)
	for _, documented := range []string{status, status[:1] + "XX", "default"} {
		if responses[documented] != nil {
			return d.checkResponse(operation+"/responses/"+documented, status, status, method, response, body)
		}
	}
	return fmt.Errorf("the status %s is not documented: %s", status, body)
}

func (d *Document) checkResponse(pointer, want, status, method string, response *http.Response, body []byte) error {
	if status != want {
		return fmt.Errorf("the status is %s, documented is %s", status, want)
	}
	pointer, documented := d.resolve(pointer)
	if documented == nil {
		return fmt.Errorf("%s is not documented", pointer)
	}
	if err := d.checkHeaders(pointer, documented, response.Header); err != nil {
		return err
	}
	content, _ := documented["content"].(map[string]any)
	if content["*/*"] == nil { // which somebody else may answer with
		if err := onlyDocumented(documented, response.Header); err != nil {
			return err
		}
	}
	if len(body) == 0 {
		if content != nil && method != http.MethodHead && content["*/*"] == nil && content["application/x-ndjson"] == nil { // which has no lines
			return errors.New("there is no body")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("the content type %q: %w", response.Header.Get("Content-Type"), err)
	}
	documentedKind := kind
	if content[kind] == nil {
		documentedKind = "*/*"
	}
	media, _ := content[documentedKind].(map[string]any)
	if media == nil {
		return fmt.Errorf("the content type %s is not documented", kind)
	}
	schema := pointer + "/content/" + escape(documentedKind) + "/schema"
	switch {
	case media["schema"] == nil:
		return nil
	case kind == "application/x-ndjson":
		return d.checkLines(schema, body)
	case kind != "application/json":
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the body: %w", err)
	}
	if err := d.valid(schema, value); err != nil {
		return fmt.Errorf("the body %s: %w", body, err)
	}
	return nil
}

// checkLines checks each line of a body by the schema of one.
func (d *Document) checkLines(schema string, body []byte) error {
	if len(body) > 0 && body[len(body)-1] != '\n' {
		return errors.New("the last line has no end")
	}
	for line := range bytes.Lines(body) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		if err != nil {
			return fmt.Errorf("the line %s: %w", line, err)
		}
		if err := d.valid(schema, value); err != nil {
			return fmt.Errorf("the line %s: %w", line, err)
		}
	}
	return nil
}

func (d *Document) checkHeaders(pointer string, documented map[string]any, given http.Header) error {
	headers, _ := documented["headers"].(map[string]any)
	for name := range headers {
		at, header := d.resolve(pointer + "/headers/" + escape(name))
		values := given.Values(name)
		if len(values) == 0 {
			if header["required"] == true {
				return fmt.Errorf("there is no header %s", name)
			}
			continue
		}
		for _, value := range values {
			if err := d.validText(at+"/schema", value); err != nil {
				return fmt.Errorf("the header %s: %w", name, err)
			}
		}
	}
	return nil
}

// onlyDocumented refuses headers that begin with X-, as ours do, and are not
// documented.
func onlyDocumented(documented map[string]any, given http.Header) error {
	headers, _ := documented["headers"].(map[string]any)
	for name := range given {
		isDocumented := name == "X-Content-Type-Options" || name == "X-Frame-Options"
		for known := range headers {
			isDocumented = isDocumented || strings.EqualFold(known, name)
		}
		if strings.HasPrefix(name, "X-") && !isDocumented {
			return fmt.Errorf("the header %s is not documented", name)
		}
	}
	return nil
}

// validText checks a text, which may stand for a number or a boolean.
func (d *Document) validText(pointer, text string) error {
	asText := d.valid(pointer, text)
	if asText == nil {
		return nil
	}
	if value, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err == nil && d.valid(pointer, value) == nil {
		return nil
	}
	return asText
}

// CheckRequest checks a request that the server has taken: that the document
// has it take the same.
func (d *Document) CheckRequest(method string, target *url.URL, body []byte) error {
	_, pointer := d.operation(method, target.Path)
	if pointer == "" {
		return errors.New("the operation is not documented")
	}
	operation, _ := d.at(pointer).(map[string]any)
	query := target.Query()
	given := map[string]any{}
	if len(bytes.TrimSpace(body)) > 0 {
		if operation["requestBody"] == nil {
			return errors.New("there is a body, and none is documented")
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("the body: %w", err)
		}
		if d.at(pointer+"/requestBody/content/application~1json/schema") != nil {
			if err := d.valid(pointer+"/requestBody/content/application~1json/schema", value); err != nil {
				return fmt.Errorf("the body %s: %w", body, err)
			}
		}
		given, _ = value.(map[string]any)
	} else if required, _ := d.at(pointer + "/requestBody/required").(bool); required {
		return errors.New("there is no body")
	}
	parameters, _ := operation["parameters"].([]any)
	for i, parameter := range parameters {
		if err := d.checkParameter(fmt.Sprintf("%s/parameters/%d", pointer, i), parameter.(map[string]any), query, given); err != nil {
			return err
		}
	}
	return nil
}

func (d *Document) checkParameter(pointer string, parameter map[string]any, query url.Values, given map[string]any) error {
	name, _ := parameter["name"].(string)
	if parameter["in"] != "query" {
		return nil
	}
	values, isInQuery := query[name]
	if _, isInBody := given[name]; !isInQuery && (parameter["required"] == true || parameter["x-required"] == true && !isInBody) {
		return fmt.Errorf("there is no %s", name)
	}
	if !isInQuery {
		return nil
	}
	schema, err := d.schema(pointer + "/schema")
	if err != nil {
		return err
	}
	var value any = values[0]
	if len(values) > 1 {
		list := make([]any, len(values))
		for i := range values {
			list[i] = values[i]
		}
		value = list
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("the parameter %s: %w", name, err)
	}
	return nil
}
