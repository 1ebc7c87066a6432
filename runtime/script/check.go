package script

import (
	"errors"
	"fmt"
	"io"

	"gatehouse/runtime/script/compile"
)

// Report is what Check found.
type Report struct {
	Services    []Info
	Diagnostics []Diagnostic // nothing is wrong where there are none
}

// Check compiles all packages below the given directories, down to what the
// interpreter makes of them, and runs nothing of them. A directory that does
// not exist is a diagnostic.
func Check(dirs []string) (Report, error) {
	var report Report
	if len(dirs) == 0 {
		return report, errors.New("check: no directory was given")
	}
	compiler := compile.New()
	definitions := map[string]compile.Service{}
	for _, dir := range dirs {
		if parentOfMissing(dir) != "" {
			report.Diagnostics = append(report.Diagnostics, Diagnostic{File: dir, Message: "there is no such directory"})
		}
	}
	for _, c := range scan(dirs) {
		report.Diagnostics = append(report.Diagnostics, c.fault...)
		if len(c.files) == 0 {
			continue
		}
		pkg, err := compiler.Compile(c.shown, c.files)
		var faults compile.Errors
		switch {
		case errors.Is(err, compile.ErrNoFiles):
			continue
		case errors.As(err, &faults):
			report.Diagnostics = append(report.Diagnostics, faults...)
			continue
		case err == nil:
			_, err = prepare(pkg, Config{Stdout: io.Discard})
		}
		if loading := new(LoadError); errors.As(err, &loading) {
			report.Diagnostics = append(report.Diagnostics, loading.Diagnostics...)
			continue
		}
		if err != nil {
			report.Diagnostics = append(report.Diagnostics, Diagnostic{File: c.shown, Message: err.Error()})
			continue
		}
		for _, found := range pkg.Services {
			if other, taken := definitions[found.Name]; taken {
				report.Diagnostics = append(report.Diagnostics, Diagnostic{
					File: found.File, Line: found.Line,
					Message: fmt.Sprintf("service %s (type %s) is defined already, by %s:%d (type %s); rename one of them, or give it a method Name",
						found.Name, found.Type, other.File, other.Line, other.Type),
				})
				continue
			}
			definitions[found.Name] = found
			report.Services = append(report.Services, Info{Name: found.Name, File: found.File, Line: found.Line, Version: pkg.Hash})
		}
	}
	return report, nil
}
