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
		Long: `Manages the security definitions that guard services: those of Basic Auth, with a
username and a password, and those of JWT, with a secret that tokens are signed
with. Running hosts know of a change within a second.

` + listingHelp,
		Example: `  gatehouse security list
  gatehouse security set-password pubapi
  gatehouse security set-jwt pubapi`,
		Args: subcommand,
		RunE: needsCommand,
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

// definitionMade is what commands that make or change a definition say as JSON.
type definitionMade struct {
	Type           string `json:"type"`
	Name           string `json:"name"`
	IsNew          bool   `json:"is_new"`
	GuardsServices bool   `json:"guards_services"`
	Secret         string `json:"secret,omitempty"` // that was made, shown this once
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

// definitionInfo is a security definition as JSON has it.
type definitionInfo struct {
	Type           string `json:"type"`
	Name           string `json:"name"`
	Username       string `json:"username"`
	IsActive       bool   `json:"is_active"`
	GuardsServices bool   `json:"guards_services"`
	Number         int64  `json:"number"`
}

func newListDefinitions() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the security definitions",
		Long: `Lists the security definitions, those of Basic Auth first, by name. Secrets are
not shown. A definition guards services if http.definitions names it, as it is
configured here. With --json there is a JSON object a line.`,
		Example: `  gatehouse security list
  gatehouse security list --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return in.reading(cmd, func(host *opened) error {
				all, err := host.Security().List(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					for _, d := range all {
						if err := encode(cmd, definitionInfo{d.Type, d.Name, d.Username, d.IsActive, host.isListed(d.Name), d.ID}); err != nil {
							return err
						}
					}
					return nil
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
	addJSON(cmd.Flags(), &asJSON, "print a JSON object a line")
	in.flags(cmd.Flags())
	return cmd
}

func newDeleteDefinition() *cobra.Command {
	var in installation
	var isJWT, yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a security definition",
		Long: `Deletes a Basic Auth definition, or with --jwt a JWT definition: running hosts let
nobody in by it within a second. Sessions that it has opened for a user who is
linked to it end with it. It asks first, at a terminal or as a line of standard
input; with --yes it does not ask.`,
		Example: `  gatehouse security delete partner
  gatehouse security delete partner --jwt --yes`,
		Args: exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, what, remove := security.BasicAuth, "Basic Auth", (*security.Definitions).Delete
			if isJWT {
				kind, what, remove = security.JWT, "JWT", (*security.Definitions).DeleteJWT
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
				if asJSON {
					return encode(cmd, map[string]string{"type": kind, "name": args[0]})
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "Deleted the %s definition %s\n", what, args[0])
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.definitions(func() string {
		if isJWT {
			return security.JWT
		}
		return security.BasicAuth
	}))
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
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
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "set-password NAME",
		Short: "Set the password of a Basic Auth definition",
		Long: `Sets the password of a Basic Auth definition, such as pubapi, and makes the
definition if there is none. Running hosts know within a second. Sessions that
the definition has opened for a user who is linked to it end: callers with the
new password get others. Without --password, it is asked for at a terminal,
without echo and twice, or else read as a line of standard input.

` + listingHelp,
		Example: `  gatehouse security set-password pubapi
  gatehouse security set-password partner --username partner.crm < password.txt`,
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
				if asJSON {
					return encode(cmd, definitionMade{security.BasicAuth, args[0], !isThere, host.isListed(args[0]), ""})
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
	cmd.ValidArgsFunction = offer(in.definitions(func() string { return security.BasicAuth }))
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	cmd.Flags().StringVar(&password, "password", "", "`password`; left out, it is asked for")
	cmd.Flags().StringVar(&username, "username", "", "`username` that clients send (default NAME, or what the definition has)")
	in.flags(cmd.Flags())
	return cmd
}
