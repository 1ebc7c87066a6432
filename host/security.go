package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gatehouse/runtime/security"
)

func newSecurity() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "security",
		Short: "Manage the security definitions that guard services",
		Args:  subcommand,
		RunE:  showHelp,
	}
	cmd.AddCommand(newListDefinitions(), newSetPassword(), newSetJWT(), newIssueToken(), newDeleteDefinition())
	return cmd
}

// hasDefinition reports whether there is a definition of a type and a name.
func (o *opened) hasDefinition(ctx context.Context, kind, name string) (bool, error) {
	all, err := o.Security().List(ctx)
	return slices.ContainsFunc(all, func(d security.Definition) bool { return d.Type == kind && d.Name == name }), err
}

// isListed reports whether a definition lets callers in, as it is configured here.
func (o *opened) isListed(name string) bool { return slices.Contains(o.cfg.HTTP.Definitions, name) }

// notListed says what a definition needs that is not listed.
func (o *opened) notListed(name string) string {
	return fmt.Sprintf("%s lets nobody in before http.definitions names it, which hosts read when they start; as configured here it is [%s]",
		name, strings.Join(o.cfg.HTTP.Definitions, ", "))
}

// inForce adds to what is said of a definition whether it lets callers in.
func (o *opened) inForce(said, name string, isNew bool) string {
	switch {
	case !o.isListed(name):
		return said + "\n" + o.notListed(name)
	case isNew:
		return said + ": it lets callers in, as http.definitions names it"
	}
	return said
}

// listingHelp is a part of the help of what makes definitions.
const listingHelp = `A definition lets callers in only if the setting http.definitions names it, which
hosts read when they start; by default that is pubapi.`

func newListDefinitions() *cobra.Command {
	var in installation
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the security definitions",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return in.reading(cmd, func(host *opened) error {
				all, err := host.Security().List(cmd.Context())
				if err != nil {
					return err
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "TYPE\tNAME\tUSERNAME\tACTIVE\tGUARDS SERVICES\tNUMBER")
				for _, d := range all {
					fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\n", d.Type, d.Name, d.Username, yesNo(d.IsActive),
						yesNo(host.isListed(d.Name)), d.ID)
				}
				return table.Flush()
			})
		},
	}
	in.flags(cmd.Flags())
	return cmd
}

func newDeleteDefinition() *cobra.Command {
	var in installation
	var isJWT, yes bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a security definition",
		Long: `Deletes a Basic Auth definition, or with --jwt a JWT definition: running hosts let
nobody in by it within a second. Sessions that it has opened for a user who is
linked to it end with it.`,
		Args: exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			what, remove := "Basic Auth", (*security.Definitions).Delete
			if isJWT {
				what, remove = "JWT", (*security.Definitions).DeleteJWT
			}
			if !yes {
				if err := confirm(cmd, fmt.Sprintf("Delete the %s definition %s? [y/N] ", what, args[0])); err != nil {
					return err
				}
			}
			return in.reading(cmd, func(host *opened) error {
				if err := remove(host.Security(), cmd.Context(), args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "Deleted the %s definition %s\n", what, args[0])
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&isJWT, "jwt", false, "delete the JWT definition of that name")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	in.flags(cmd.Flags())
	return cmd
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func newSetPassword() *cobra.Command {
	var in installation
	var password, username string
	cmd := &cobra.Command{
		Use:   "set-password NAME",
		Short: "Set the password of a Basic Auth definition",
		Long: `Sets the password of a Basic Auth definition, such as pubapi, and makes the
definition if there is none. Running hosts know within a second. Sessions that
the definition has opened for a user who is linked to it end: callers with the
new password get others.

` + listingHelp,
		Args: exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if password, err = newPassword(cmd, password); err != nil {
				return err
			}
			if password == "" {
				return errors.New("the password is empty")
			}
			return in.changing(cmd, func(host *opened) error {
				isThere, err := host.hasDefinition(cmd.Context(), security.BasicAuth, args[0])
				if err != nil {
					return err
				}
				if err := host.Security().Set(cmd.Context(), args[0], username, password); err != nil {
					return err
				}
				said := fmt.Sprintf("Password of %s set", args[0])
				if !isThere {
					said = fmt.Sprintf("Made the Basic Auth definition %s", args[0])
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), host.inForce(said, args[0], !isThere))
				return err
			})
		},
	}
	cmd.Flags().StringVar(&password, "password", "", "`password`; left out, it is asked for")
	cmd.Flags().StringVar(&username, "username", "", "`username` that clients send (default NAME, or what the definition has)")
	in.flags(cmd.Flags())
	return cmd
}
