package settings

import (
	"reflect"
	"slices"
	"strings"

	"gatehouse/runtime/internal/similar"
)

// Paths lists the settings of a type and its sections by their paths, which
// begin with a path.
func Paths(of reflect.Type, path string) (paths []string) {
	for i := range of.NumField() {
		field := of.Field(i)
		name := Name(field)
		if name == "" {
			continue
		}
		at := below(path, name)
		paths = append(paths, at)
		if isGroup, _ := KindOf(field.Type); isGroup {
			paths = append(paths, Paths(field.Type, at)...)
		}
	}
	return paths
}

// Hint says what somebody may have meant by a setting that there is none of in
// the section with a path, which has some; known are the paths of all settings.
func Hint(path, name string, has, known []string) string {
	if strings.ContainsAny(name, ":=") {
		return ": settings are written as name: value, with a colon and a space"
	}
	meant := strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if dotted := dotted(path, meant, known); dotted != "" {
		return ": names are not written with dots: write " + dotted
	}
	if hint := similar.Hint(name, has); hint != "" {
		return hint
	}
	if places := places(path, meant, known); len(places) > 0 {
		return ": it belongs " + strings.Join(places, " or ")
	}
	if len(has) > 0 && len(has) <= 12 {
		return ": there are " + strings.Join(has, ", ")
	}
	return ""
}

// dotted returns how a setting that was written with its path is written; "" if
// it is none.
func dotted(path, name string, known []string) string {
	if !strings.Contains(name, ".") {
		return ""
	}
	text := "..."
	switch {
	case slices.Contains(known, below(path, name)):
	case slices.Contains(known, name):
		path = ""
	default:
		return ""
	}
	names := strings.Split(name, ".")
	for _, each := range slices.Backward(names[1:]) {
		text = "{" + each + ": " + text + "}"
	}
	text = names[0] + ": " + text
	if path == "" {
		return text + ", not indented"
	}
	return text
}

// maxPlaces is among how many places somebody is left to choose.
const maxPlaces = 3

// places returns in words where else there is a setting of a name: nearest to the
// section with a path, if that is known for some, or anywhere. Where there are
// too many, there is none to tell.
func places(path, name string, known []string) []string {
	var all, near []string
	top, _, _ := strings.Cut(path, ".")
	for _, each := range known {
		section, isIt := strings.CutSuffix("."+each, "."+name)
		section = strings.TrimPrefix(section, ".")
		if !isIt || section == path {
			continue
		}
		place := "under " + section
		if section == "" {
			place = "at the top, not indented"
		}
		all = append(all, place)
		if in, _, _ := strings.Cut(section, "."); in == top {
			near = append(near, place)
		}
	}
	for _, places := range [][]string{near, all} {
		if len(places) > 0 && len(places) <= maxPlaces {
			return places
		}
	}
	return nil
}
