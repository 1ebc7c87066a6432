package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/runtime"
	"gatehouse/runtime/security"
)

func newSecurity() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "security",
		Short: "Manage the Basic Auth definitions that guard services",
		Args:  subcommand,
		RunE:  showHelp,
	}
	cmd.AddCommand(newSetPassword())
	return cmd
}

func newSetPassword() *cobra.Command {
	var in installation
	var password, username string
	cmd := &cobra.Command{
		Use:   "set-password NAME",
		Short: "Set the password of a Basic Auth definition",
		Long: `Sets the password of a Basic Auth definition, such as pubapi, and makes the
definition if there is none. Running hosts know within a second.`,
		Args: exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if password, err = newPassword(cmd, password); err != nil {
				return err
			}
			if password == "" {
				return errors.New("the password is empty")
			}
			host, err := in.openToChange(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, host.Close(cmd.Context())) }()
			before, err := host.Security().List(cmd.Context())
			if err != nil {
				return err
			}
			if err := host.Security().Set(cmd.Context(), args[0], username, password); err != nil {
				return err
			}
			said := "Password of %s set\n"
			if !slices.ContainsFunc(before, func(d security.Definition) bool { return d.Name == args[0] }) {
				said = "Made the Basic Auth definition %s; services are guarded by " + runtime.InvokeDefinition + "\n"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), said, args[0])
			return err
		},
	}
	cmd.Flags().StringVar(&password, "password", "", "`password`; left out, it is asked for")
	cmd.Flags().StringVar(&username, "username", "", "`username` that clients send (default NAME, or what the definition has)")
	in.flags(cmd.Flags(), "data")
	return cmd
}
