package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/invocation"
	"gatehouse/runtime/sso"
)

func newSSO() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sso",
		Short: "Manage the users of the SSO",
		Long: `Manages the users of the SSO, with or without a running host. Who may run
these commands is the authority: they ask for no session.

Exit status: 0 done, 20 the user exists, 21 the input is not valid, 22 there is
no such user, 1 anything else.`,
		Args: subcommand,
		RunE: showHelp,
	}
	cmd.AddCommand(newCreateUser(false), newCreateUser(true), newLogin(), newImport())
	cmd.AddCommand(newUserCommands()...)
	return cmd
}

// asOperator is how the command line calls the core.
func (o *opened) asOperator(cmd *cobra.Command) sso.Call {
	return sso.Call{CID: invocation.NewCID(), App: o.sso.DefaultApp(), RemoteAddr: "127.0.0.1", UserAgent: cmd.CommandPath(), Trusted: true}
}

func newCreateUser(isSuperUser bool) *cobra.Command {
	var (
		in       installation
		user     = sso.NewUser{IsSuperUser: isSuperUser, AutoApprove: true}
		password string
		asJSON   bool
	)
	texts := map[string]*string{"email": new(string), "display-name": new(string),
		"first-name": new(string), "middle-name": new(string), "last-name": new(string)}
	cmd := &cobra.Command{
		Use:   "create-user USERNAME",
		Short: "Create a regular user",
		Long: `Creates a regular user, who can log in at once. Without --password, the password
is asked for at a terminal, or else read as a line of standard input.`,
		Args: exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			optional := func(flag string) sso.Optional[string] {
				if !cmd.Flags().Changed(flag) {
					return sso.Null[string]()
				}
				return sso.Some(*texts[flag])
			}
			user.Username = args[0]
			user.Email, user.DisplayName = optional("email"), optional("display-name")
			user.FirstName, user.MiddleName, user.LastName = optional("first-name"), optional("middle-name"), optional("last-name")
			if user.Password, err = newPassword(cmd, password); err != nil {
				return err
			}
			if user.Password == "" {
				return &statusError{exitInvalid, errors.New("the password is empty")}
			}
			return in.changing(cmd, func(host *opened) error {
				created, err := host.sso.SSO().CreateUser(cmd.Context(), host.asOperator(cmd), user)
				if err != nil {
					return fromSSO(err)
				}
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(created)
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Created user %s (%s)\n", created.Username, created.UserID)
				return err
			})
		},
	}
	if isSuperUser {
		cmd.Use, cmd.Short = "create-super-user USERNAME", "Create a super-user"
		cmd.Long = strings.Replace(cmd.Long, "regular user", "super-user", 1)
	}
	flags := cmd.Flags()
	flags.StringVar(texts["email"], "email", "", "e-mail `address`")
	flags.StringVar(texts["display-name"], "display-name", "", "`name` to display; without it the other names are joined")
	flags.StringVar(texts["first-name"], "first-name", "", "first `name`")
	flags.StringVar(texts["middle-name"], "middle-name", "", "middle `name`")
	flags.StringVar(texts["last-name"], "last-name", "", "last `name`")
	flags.StringVar(&password, "password", "", "`password`; left out, it is asked for")
	flags.Bool("auto-approve", true, "accepted for scripts that give it: users created here are approved")
	flags.BoolVar(&asJSON, "json", false, "print the user as JSON")
	in.flags(flags)
	return cmd
}

func newLogin() *cobra.Command {
	var (
		in     installation
		login  sso.LoginRequest
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "login USERNAME",
		Short: "Open a session for a user and print its UST",
		Long: `Opens a session for a user and prints its UST alone, so that a script can keep
it: UST=$(gatehouse sso login admin). No password is asked for, since who may
run this command could as well set one; with --password the user logs in as over
REST, and the password and the TOTP code are checked.`,
		Args: exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			login.Username = args[0]
			return in.reading(cmd, func(host *opened) error {
				call := host.asOperator(cmd)
				call.Trusted = !cmd.Flags().Changed("password")
				session, err := host.sso.SSO().Login(cmd.Context(), call, login)
				if call.Trusted && sso.HasCode(err, sso.NotAllowed) {
					return &statusError{exitNoUser, fmt.Errorf("sso login: there is no user %q, or it is not approved", args[0])}
				}
				if err != nil {
					return fromSSO(err)
				}
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(session)
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), session.UST)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&login.Password, "password", "", "check this `password` first")
	cmd.Flags().StringVar(&login.TOTPCode, "totp-code", "", "TOTP `code`, checked with the password")
	cmd.Flags().StringVar(&login.NewPassword, "new-password", "", "new `password`, where it must be changed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the session as JSON")
	in.flags(cmd.Flags())
	return cmd
}
