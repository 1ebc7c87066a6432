package openapi_test

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"
	"testing"

	"gatehouse/runtime/openapi"
	"gatehouse/runtime/openapi/openapitest"
)

func text() *openapi.Schema { return &openapi.Schema{Types: []string{openapi.String}} }

var tag = openapi.Tag{Name: "Pets", Description: "All about <pets>."}

// petPlaces are a few operations that use most of what there is.
func petPlaces() []openapi.Place {
	pet := &openapi.Schema{
		Name: "Pet", Description: "A pet.", Types: []string{openapi.Object}, Closed: true,
		Properties: []openapi.Property{
			{Name: "name", Required: true, Description: "Its name.", Schema: text(), Example: "Rex"},
			{Name: "age", Schema: (&openapi.Schema{Types: []string{openapi.Integer}, Minimum: openapi.Int(0), Maximum: openapi.Int(99)}).Nullable()},
			{Name: "kind", Schema: &openapi.Schema{Types: []string{openapi.String}, Enum: []any{"cat", "dog"}}, Default: "dog"},
		},
	}
	pet.Properties = append(pet.Properties, openapi.Property{Name: "children", Schema: &openapi.Schema{Types: []string{openapi.Array}, Items: pet}})
	missing := openapi.Answer{Status: "404", Name: "Missing", Description: "There is none.", Schema: &openapi.Schema{
		Name: "Problem", Types: []string{openapi.Object}, Values: text()}}
	usual := &openapi.AnswerSet{Name: "all", Title: "answers of pets", Answers: []openapi.Answer{
		{Status: "404", Name: "Lost", Description: "Nobody knows."}, {Status: "500", Name: "Failed", Description: "It has failed."}}}
	basic := openapi.SecurityScheme{Name: "basic", Scheme: "basic", Description: "A password."}
	return []openapi.Place{
		{Path: "/pets/{id}", Methods: []string{"GET"}, Operation: &openapi.Operation{
			ID: "getPet", Summary: "Get a pet", Description: "One.\n\nOr none.", Tag: tag,
			Parameters: []openapi.Parameter{{Name: "id", In: openapi.InPath, Required: true, Schema: text(), Example: "1"}},
			Answers: []openapi.Answer{{Status: "200", Description: "The pet.", Schema: &openapi.Schema{AnyOf: []*openapi.Schema{pet, {Types: []string{openapi.Null}}}},
				Headers: []openapi.Header{{Name: "ETag", Description: "Changes.", Schema: text()}}}, missing},
			Usual:    []*openapi.AnswerSet{usual},
			Security: []openapi.SecurityScheme{basic},
		}},
		{Path: "/pets", Methods: []string{"POST", "GET"}, Operation: &openapi.Operation{
			ID: "findPets", Summary: "Find pets", Tag: tag,
			Input: &openapi.Schema{Types: []string{openapi.Object}, Properties: []openapi.Property{
				{Name: "name", Required: true, Description: "Its name.", Schema: text(), Example: "Rex"},
				{Name: "names", Schema: &openapi.Schema{Types: []string{openapi.Array}, Items: text()}},
				{Name: "shape", Schema: &openapi.Schema{Types: []string{openapi.Object}}},
				{Name: "token", Needed: true, Description: "A token.", Schema: text(), Example: "abc", Variable: "TOKEN"},
				{Name: "price", Needed: true, Schema: text(), Example: "5$ `\\"},
			}},
			Answers: []openapi.Answer{{Status: "200", Description: "The pets.", Schema: &openapi.Schema{Types: []string{openapi.Array}, Items: pet}}, missing},
			Usual:   []*openapi.AnswerSet{usual},
		}},
	}
}

func info() openapi.Info {
	return openapi.Info{Title: "Pets & more", Version: "1", Description: "First.\n\nSecond.",
		Headers: []openapi.Header{{Name: "X-ID", Description: "Of the request.", Schema: text()}}, Address: "PETS_URL", Commands: "For a shell."}
}

// pets makes a document and writes it.
func pets(t *testing.T, info openapi.Info, places []openapi.Place) (text, page []byte) {
	t.Helper()
	document, err := openapi.New(info, places)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = document.JSON(); err != nil {
		t.Fatal(err)
	}
	if page, err = document.Page(); err != nil {
		t.Fatal(err)
	}
	return text, page
}

func TestDocument(t *testing.T) {
	t.Parallel()
	text, page := pets(t, info(), petPlaces())
	if _, err := openapitest.Parse(text); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again, samePage := pets(t, info(), petPlaces()); !bytes.Equal(text, again) || !bytes.Equal(page, samePage) {
		t.Error("the same operations make another document")
	}
	var read struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name     string
				Required bool
				Needed   bool `json:"x-required"`
				Schema   map[string]any
			}
			RequestBody struct {
				Required bool
				Content  map[string]struct{ Schema struct{ Required []string } }
			} `json:"requestBody"`
			Responses map[string]map[string]any
		}
		Components struct{ Schemas, Responses, Headers, SecuritySchemes map[string]any }
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	post, get := read.Paths["/pets"]["post"], read.Paths["/pets"]["get"]
	if post.OperationID != "findPets" || get.OperationID != "findPets_get" {
		t.Errorf("IDs: %s and %s", post.OperationID, get.OperationID)
	}
	if len(post.Parameters) != 0 || !post.RequestBody.Required || len(post.RequestBody.Content["application/json"].Schema.Required) != 1 {
		t.Errorf("POST takes %+v", post)
	}
	// What GET may have in the query it may leave out of the body; an object
	// cannot be there.
	if len(get.Parameters) != 4 || get.Parameters[2].Needed || get.Parameters[2].Required || get.Parameters[0].Required || !get.Parameters[0].Needed || get.Parameters[1].Needed ||
		get.Parameters[1].Schema["type"] != "array" || get.RequestBody.Required || get.RequestBody.Content["application/json"].Schema.Required != nil {
		t.Errorf("GET takes %+v", get)
	}
	if ref := get.Responses["404"]["$ref"]; ref != "#/components/responses/Missing" {
		t.Errorf("the answer is at %v", ref)
	}
	// Of two answers with a status, that of the operation itself counts.
	if ref := get.Responses["500"]["$ref"]; ref != "#/components/responses/Failed" || len(get.Responses) != 3 {
		t.Errorf("the answers are %v", get.Responses)
	}
	for part, names := range map[string]map[string]any{"Pet, Problem": read.Components.Schemas, "Failed, Lost, Missing": read.Components.Responses,
		"ETag, X-ID": read.Components.Headers, "basic": read.Components.SecuritySchemes} {
		for _, name := range strings.Split(part, ", ") {
			if names[name] == nil || len(names) != strings.Count(part, ",")+1 {
				t.Errorf("components %v, want %s", names, part)
			}
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	_, text := pets(t, info(), petPlaces())
	page := string(text)
	for _, want := range []string{
		"<title>Pets &amp; more</title>", "<p>First.</p>", "<p>Second.</p>", "All about &lt;pets&gt;.", `href="#getPet"`, `id="getPet"`,
		`<span class="method">POST</span>, <span class="method">GET</span> /pets`, `id="schema-Pet"`, `href="#schema-Pet">Pet</a>`,
		"array of <a", "Needs basic authentication", "from 0 to 99", "default &#34;dog&#34;", "&#34;cat&#34; or &#34;dog&#34;",
		"<p>For a shell.</p>", "<tr><td>token</td><td>string</td><td>needed</td><td>no</td><td class=\"last\">A token.</td>",
		`And the <a href="#usual-all">answers of pets</a>.`, "without what is needed the call is refused.", `<article id="usual-all">`, `<a href="#answer-Failed"><strong>500</strong></a> It has failed.`,
		"<tr><td>name</td><td>string</td><td>yes</td><td>no</td>", "<tr><td>age</td><td>integer</td><td>no</td><td>yes</td>", "&#34;name&#34;: &#34;Rex&#34;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(page, "It has failed."); n != 2 { // in the set, and where the answer is told in full
		t.Errorf("a usual answer is told %d times", n)
	}
	command := `curl -sS -X POST "$PETS_URL/pets" -H 'Content-Type: application/json' -d @- <<END
{
  "name": "Rex",
  "token": "$TOKEN",
  "price": "5\$ \` + "`" + `\\\\"
}
END</pre>`
	if !strings.Contains(html.UnescapeString(page), command) {
		t.Errorf("the page does not have the command\n%s", command)
	}
	if !strings.Contains(html.UnescapeString(page), `curl -sS -u "$BASIC_USERNAME" "$PETS_URL/pets/1"</pre>`) {
		t.Error("the page does not have the command without a body")
	}
	for _, foreign := range []string{"http:", "https:", "//", "<script", "<link", "<img", "src=", "url(", "@import", "ZgotmplZ"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page has %s", foreign)
		}
	}
}

func TestWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(info *openapi.Info, places []openapi.Place){
		"no ID":                          func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.ID = "" },
		"no method":                      func(_ *openapi.Info, p []openapi.Place) { p[0].Methods = nil },
		"no answer":                      func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.Answers = nil },
		"findPets is at POST /pets":      func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.ID = "findPets"; p[0], p[1] = p[1], p[0] },
		"both an Input and a Body":       func(_ *openapi.Info, p []openapi.Place) { p[1].Operation.Body = &openapi.Body{} },
		"in a path that has []":          func(_ *openapi.Info, p []openapi.Place) { p[0].Path = "/pet" },
		"in a path that has [{id} {no}]": func(_ *openapi.Info, p []openapi.Place) { p[0].Path = "/pets/{id}/{no}" },
		"two answers with the status 404": func(_ *openapi.Info, p []openapi.Place) {
			p[0].Operation.Answers = append(p[0].Operation.Answers, p[0].Operation.Answers[1])
		},
		"two answers are named Missing": func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.Answers[1].Description = "Gone." },
		"two sets of answers are named all": func(_ *openapi.Info, p []openapi.Place) {
			p[0].Operation.Usual = []*openapi.AnswerSet{{Name: "all"}}
		},
		"the set all has no name": func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.Usual[0].Answers[0].Name = "" },
		"two schemas are named Pet": func(_ *openapi.Info, p []openapi.Place) {
			p[1].Operation.Answers[0].Schema = &openapi.Schema{Name: "Pet"}
		},
		"two headers are named ETag": func(info *openapi.Info, _ []openapi.Place) {
			info.Headers[0] = openapi.Header{Name: "ETag", Schema: text()}
		},
		"two security schemes are named basic": func(_ *openapi.Info, p []openapi.Place) {
			p[1].Operation.Security = []openapi.SecurityScheme{{Name: "basic", Scheme: "bearer"}}
		},
		`"a pet" is no name`: func(_ *openapi.Info, p []openapi.Place) { p[0].Operation.Answers[0].Schema.AnyOf[0].Name = "a pet" },
		"has no name":        func(info *openapi.Info, _ []openapi.Place) { info.Answers = []openapi.Answer{{Status: "404"}} },
		"unsupported type": func(_ *openapi.Info, p []openapi.Place) {
			p[0].Operation.Parameters[0].Example = func() {}
		},
	} {
		info, places := info(), petPlaces()
		spoil(&info, places)
		document, err := openapi.New(info, places)
		if err == nil {
			_, err = document.JSON()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
