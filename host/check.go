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
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [DIR ...]",
		Short: "Check services without running them",
		Long: `Type-checks all services below the directories (default: those that the host
loads, services), as the host does before it puts them live, and runs nothing:
what only fails as package variables are initialised is not seen. Each error is
printed on standard error as file:line:column; on standard output there is a line
for each service, with its name and its file. With --json both are on standard
output, a JSON object a line, that of an error having the key message.

Editors and hooks of repositories may run it: it needs no database and makes
nothing.`,
		Example: `  gatehouse check
  gatehouse check services/crm services/erp
  gatehouse check --json`,
		Annotations: exitsWith("0 no errors", "1 there are errors, or the files cannot be read"),
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
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	in.flagSet = cmd.Flags()
	addJSON(cmd.Flags(), &asJSON, "print a JSON object a line: each service and each error")
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
		if wantsJSON(cmd) {
			err = encode(cmd, checkedService{service.Name, service.File, service.Line})
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%-45s %s\n", service.Name, service.File)
		}
		if err != nil {
			return err
		}
	}
	for _, problem := range result.Diagnostics {
		if !wantsJSON(cmd) {
			fmt.Fprintln(cmd.ErrOrStderr(), problem)
		} else if err := encode(cmd, checkedProblem{problem.File, problem.Line, problem.Column, problem.Message}); err != nil {
			return err
		}
	}
	if n := len(result.Diagnostics); n > 0 {
		return fmt.Errorf("check: %s", counted(n, "problem", "problems"))
	}
	return nil
}

// What check prints as JSON.
type (
	checkedService struct {
		Name string `json:"service"`
		File string `json:"file"`
		Line int    `json:"line"`
	}
	checkedProblem struct {
		File    string `json:"file"`
		Line    int    `json:"line"`   // 0: of the whole file
		Column  int    `json:"column"` // 0: of the whole line
		Message string `json:"message"`
	}
)
