package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/runtime/script"
)

func newCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [DIR ...]",
		Short: "Check services without running them",
		Long: `Type-checks all services below the directories (default services), as the host
does before it puts them live, and runs nothing. Each error is printed as
file:line:column; the exit status is 1 if there are any.`,
		RunE: func(cmd *cobra.Command, directories []string) error {
			if len(directories) == 0 {
				directories = []string{"services"}
			}
			return check(cmd, directories)
		},
	}
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
		fmt.Fprintf(cmd.ErrOrStderr(), "gatehouse: check: %d problem(s)\n", n)
		return errReported
	}
	return nil
}
