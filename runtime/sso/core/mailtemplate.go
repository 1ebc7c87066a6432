package core

import (
	_ "embed" // for the built-in mail
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

//go:embed templates/en_GB.txt
var builtInEnglish string

// builtInTemplates are the mails that need no file, by language.
var builtInTemplates = map[string]string{"en_GB": builtInEnglish}

// placeholders are what a template may name, as {token}.
var placeholders = []string{"username", "site_name", "token", "expiration_time_hours"}

// mailTemplate is text with placeholders, written as Zato's templates are:
// {name}, and {{ or }} for a brace.
type mailTemplate []templatePart

type templatePart struct{ text, placeholder string } // one of the two

// maxTemplate bounds what is read of a template's file, in bytes.
const maxTemplate = 256 << 10

// template reads and checks the template of the configuration.
func (c *PasswordResetConfig) template() (mailTemplate, error) {
	if c.EmailTemplate == "" {
		return parseTemplate(builtInTemplates[c.EmailLanguage])
	}
	text, err := os.ReadFile(c.EmailTemplate)
	if err != nil {
		return nil, err
	}
	if len(text) > maxTemplate || !isPlainText(string(text)) {
		return nil, fmt.Errorf("%s: want UTF-8 text of at most %d bytes", c.EmailTemplate, maxTemplate)
	}
	parsed, err := parseTemplate(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.EmailTemplate, err)
	}
	return parsed, nil
}

func parseTemplate(text string) (mailTemplate, error) {
	var parts mailTemplate
	line, named := 1, map[string]bool{}
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			parts = append(parts, templatePart{text: text})
			break
		}
		line += strings.Count(text[:i], "\n")
		if i+1 < len(text) && text[i+1] == text[i] {
			parts = append(parts, templatePart{text: text[:i+1]})
			text = text[i+2:]
			continue
		}
		name, rest, closed := strings.Cut(text[i+1:], "}")
		if text[i] == '}' || !closed || !slices.Contains(placeholders, name) {
			return nil, fmt.Errorf("line %d: a brace that is none of the placeholders {%s}; write it twice to have one in the mail",
				line, strings.Join(placeholders, "}, {"))
		}
		parts = append(parts, templatePart{text: text[:i]}, templatePart{placeholder: name})
		text, named[name] = rest, true
	}
	if !named["token"] {
		return nil, errors.New("the placeholder {token} is missing")
	}
	return parts, nil
}

// fill writes the template with a value for each placeholder.
func (t mailTemplate) fill(values map[string]string) string {
	var text strings.Builder
	for _, part := range t {
		text.WriteString(part.text)
		if part.placeholder != "" {
			text.WriteString(values[part.placeholder])
		}
	}
	return text.String()
}
