package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso/plugin"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Work with configuration files",
		Long: `Works with configuration files. Every setting, with its default, is in
configs/gatehouse.yaml; --config names the file that a command reads.`,
		Example: `  gatehouse config import sso.conf --output gatehouse.yaml`,
		Args:    subcommand,
		RunE:    needsCommand,
	}
	cmd.AddCommand(newConfigImport())
	return cmd
}

// maxConf bounds what is read of a sso.conf, in bytes.
const maxConf = 2 << 20

func newConfigImport() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Turn Zato's sso.conf into a configuration file",
		Long: `Turns the configuration file of Zato's SSO, sso.conf, into one for --config, on
standard output or in a new file. Every line that is not taken is named on
standard error, and in the comments of the file, with the reason. A file that is
there is not overwritten.`,
		Example: `  gatehouse config import sso.conf
  gatehouse config import /opt/zato/server1/config/repo/sso.conf --output gatehouse.yaml`,
		Annotations: exitsWith("0 all lines were taken, or change nothing", "21 some lines were not taken; the others are in the file"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return []cobra.Completion{"conf"}, cobra.ShellCompDirectiveFilterFileExt
		},
		Args: exactArg("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readConf(args[0])
			if err != nil {
				return fmt.Errorf("config import: %w", err)
			}
			result, err := plugin.ImportConfig(args[0], text)
			if err != nil {
				return fmt.Errorf("config import: %w", err)
			}
			if err := writeConfig(cmd, output, result.YAML); err != nil {
				return fmt.Errorf("config import: %w", err)
			}
			refused := false
			for _, note := range result.Notes {
				refused = refused || !note.Ignored
				fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %v\n", args[0], note.Line, note)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "Took %s, left %s\n", counted(result.Taken, "setting", "settings"), counted(len(result.Notes), "line", "lines"))
			if refused {
				return &statusError{exitInvalid, errReported}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&output, "output", "", "new `file` to write to (default: standard output)")
	return cmd
}

func readConf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(file, maxConf))
	return string(text), err
}

func writeConfig(cmd *cobra.Command, path string, text []byte) error {
	if path == "" {
		_, err := cmd.OutOrStdout().Write(text)
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: name a new file, or remove it", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
