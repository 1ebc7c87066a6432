package openapi

import (
	"strings"
)

// command is an example of a call with curl, for a shell. What it sends comes
// over a pipe: others on the machine can see command lines.
func (d *Document) command(place Place) string {
	o, method := place.Operation, place.Methods[0]
	path := place.Path
	for _, parameter := range o.Parameters {
		if text, isText := parameter.Example.(string); isText && parameter.In == InPath {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", text)
		}
	}
	command := "curl -sS"
	body := o.body(method)
	if method != "GET" || body != nil {
		command += " -X " + method
	}
	if len(o.Security) > 0 && o.Security[0].Scheme == "basic" {
		command += ` -u "$BASIC_USERNAME"` // without a password, which curl asks for
	}
	command += ` "$` + d.info.Address + escapeShell(path) + `"`
	if body == nil || body.Example == nil {
		return command
	}
	document, hasVariables := o.commandBody(body)
	end := "'END'" // what is typed into it is taken as it is
	if hasVariables {
		end = "END"
	}
	return command + " -H 'Content-Type: " + JSON + "' -d @- <<" + end + "\n" + document + "\nEND"
}

// variableMark begins the name of a variable in text that is to be escaped: it
// is a character of the private use area.
const variableMark = "\uE000"

// commandBody is the body of a command, for a document in a shell, and whether it
// has variables, which the document must then be open to.
func (o *Operation) commandBody(body *Body) (document string, hasVariables bool) {
	example := body.Example
	if members, isObject := example.(object); isObject && o.Input != nil {
		var named object
		for _, one := range members {
			for _, property := range o.Input.Properties {
				if property.Name == one.name && property.Variable != "" {
					one.value, hasVariables = variableMark+property.Variable, true
				}
			}
			named = append(named, one)
		}
		example = named
	}
	document = indented(example)
	if hasVariables {
		document = strings.ReplaceAll(escapeShell(document), variableMark, "$")
	}
	return document, hasVariables
}

// escapeShell escapes text that stands between double quotes in a shell, or in a
// document there.
func escapeShell(text string) string {
	return strings.NewReplacer("\\", "\\\\", "$", "\\$", "`", "\\`").Replace(text)
}
