package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set by the build: -ldflags "-X main.release=1.2.3".
var release string

// version names the build: its release or, without one, its revision.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(development)"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
			return "(development, " + setting.Value[:12] + ")"
		}
	}
	return "(development)"
}

// build is what "version --json" says of the program.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision"` // "" where it is not known
	Modified bool   `json:"modified"` // the source was not as the revision has it
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func buildInfo() build {
	b := build{Version: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				b.Revision = setting.Value
			case "vcs.modified":
				b.Modified = setting.Value == "true"
			}
		}
	}
	return b
}

// sourceDate is the date of the revision that the program was built from, or "".
func sourceDate() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.time" && len(setting.Value) >= 10 {
				return setting.Value[:10]
			}
		}
	}
	return ""
}

func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long: `Prints the version of the program: its release, or the revision that it was built
from. With --json it also tells the version of Go and the platform.`,
		Example: `  gatehouse version
  gatehouse version --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return encode(cmd, buildInfo())
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "gatehouse", version())
			return err
		},
	}
	addJSON(cmd.Flags(), &asJSON, "print what is known of the build as JSON")
	return cmd
}
