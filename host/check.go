package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/runtime/script"
)

func newCheck() *cobra.Command {
	var in installation
	cmd := &cobra.Command{
		Use:   "check [DIR ...]",
		Short: "Check services without running them",
		Long: `Type-checks all services below the directories (default: those that the host
loads, services), as the host does before it puts them live, and runs nothing:
what only fails as package variables are initialised is not seen. Each error is
printed as file:line:column; the exit status is 1 if there are any.`,
		RunE: func(cmd *cobra.Command, directories []string) error {
			if slices.Contains(directories, "") {
				return errors.New("check: the name of a directory is empty")
			}
			cfg, err := in.configuration()
			if err != nil {
				return err
			}
			if len(directories) == 0 {
				directories = cfg.Services.Directories
			}
			return check(cmd, directories)
		},
	}
	cmd.Flags().StringVar(&in.config, "config", "", "configuration `file` in YAML, whose services.directories are checked")
	in.serviceFlags(cmd.Flags())
	return cmd
}

func check(cmd *cobra.Command, directories []string) error {
	result, err := script.Check(directories)
	if err != nil {
		return err
	}
	for _, service := range result.Services {
		fmt.Fprintf(cmd.OutOrStdout(), "%-45s %s\n", service.Name, service.File)
	}
	for _, problem := range result.Diagnostics {
		fmt.Fprintln(cmd.ErrOrStderr(), problem)
	}
	if n := len(result.Diagnostics); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "gatehouse: check: %s\n", counted(n, "problem", "problems"))
		return errReported
	}
	return nil
}
