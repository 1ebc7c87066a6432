package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/invocation"
	"gatehouse/runtime/sso"
)

// Exit statuses of commands about users, for their help.
const (
	exitsUserExists = "20 the user exists"
	exitsInvalid    = "21 the input is not valid"
	exitsNoUser     = "22 there is no such user"
)

func newSSO() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sso",
		Short: "Manage the users of the SSO",
		Long: `Manages the users of the SSO, with or without a running host: hosts see what was
changed with the next call. Who may run these commands is the authority: they ask
for no session. Each leaves an entry in the audit, which "gatehouse audit list"
shows.

The commands, their flags and their exit statuses are those of "zato sso", without
the path of a server before the username.`,
		Example: `  gatehouse sso create-super-user admin
  gatehouse sso create-user jane --email jane@example.com
  gatehouse sso list-users --approval-status before_decision
  gatehouse sso approve-user jane
  gatehouse sso login jane`,
		Annotations: exitsWith(exitsUserExists, exitsInvalid, exitsNoUser),
		Args:        subcommand,
		RunE:        needsCommand,
	}
	cmd.AddCommand(newCreateUser(false), newCreateUser(true), newLogin(), newImport(), newListUsers(), newShowUser(), newListSessions())
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
		approve  boolean
		asJSON   bool
	)
	texts := map[string]*string{"email": new(string), "display-name": new(string),
		"first-name": new(string), "middle-name": new(string), "last-name": new(string)}
	cmd := &cobra.Command{
		Use:   "create-user USERNAME",
		Short: "Create a regular user",
		Long: `Creates a regular user, who can log in at once: the sign-up is final, and the user
is approved. Without --password, the password is asked for at a terminal, without
echo and twice, or else read as a line of standard input. A password on the
command line can be seen by others on the machine while the command runs, and
stays in the history of the shell.

It prints the user's name and ID, with --json the whole user. Where there is no
installation yet, it begins one.`,
		Example: `  gatehouse sso create-user jane
  gatehouse sso create-user jane --email jane@example.com --first-name Jane --last-name Doe
  gatehouse sso create-user jane --json < password.txt`,
		Annotations: exitsWith(exitsUserExists, exitsInvalid),
		Args:        exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			optional := func(flag string) sso.Optional[string] {
				if !cmd.Flags().Changed(flag) {
					return sso.Null[string]()
				}
				return sso.Some(*texts[flag])
			}
			if !approve {
				return &statusError{exitInvalid, errors.New("--auto-approve false: users created here are approved; \"gatehouse sso reject-user\" takes that back")}
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
					return encode(cmd, created)
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "Created user %s (%s)\n", created.Username, created.UserID)
				return err
			})
		},
	}
	if isSuperUser {
		cmd.Use, cmd.Short = "create-super-user USERNAME", "Create a super-user"
		cmd.Long = strings.Replace(cmd.Long, "regular user, who", "super-user, who", 1) + `

A super-user manages all other users, over REST and through services.`
		cmd.Example = strings.ReplaceAll(cmd.Example, "create-user", "create-super-user")
	}
	flags := cmd.Flags()
	flags.StringVar(texts["email"], "email", "", "e-mail `address`")
	flags.StringVar(texts["display-name"], "display-name", "", "`name` to display; without it the other names are joined")
	flags.StringVar(texts["first-name"], "first-name", "", "first `name`")
	flags.StringVar(texts["middle-name"], "middle-name", "", "middle `name`")
	flags.StringVar(texts["last-name"], "last-name", "", "last `name`")
	flags.StringVar(&password, "password", "", "`password`; left out, it is asked for")
	booleanVar(flags, &approve, "auto-approve", true, "accepted for scripts that give it: users created here are approved")
	addJSON(flags, &asJSON, "print the user as JSON")
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
it. A UST is as good as a password until its session ends. No password is asked
for, since who may run this command could as well set one; with --password the user
logs in as over REST, and the password and the TOTP code are checked.`,
		Example: `  UST=$(gatehouse sso login jane)
  gatehouse sso login jane --json
  gatehouse sso login jane --password "$PASSWORD" --totp-code 123456`,
		Annotations: exitsWith("21 the password must be changed, or the new one is not valid", "22 there is no such user, or it is not approved"),
		Args:        exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			login.Username = args[0]
			for _, flag := range []string{"totp-code", "new-password"} {
				if cmd.Flags().Changed(flag) && !cmd.Flags().Changed("password") {
					return fmt.Errorf("--%s needs --password: without it nothing is checked, and no password is changed", flag)
				}
			}
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
					return encode(cmd, session)
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), session.UST)
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.usernames())
	cmd.Flags().StringVar(&login.Password, "password", "", "check this `password` first")
	cmd.Flags().StringVar(&login.TOTPCode, "totp-code", "", "TOTP `code`, checked with the password")
	cmd.Flags().StringVar(&login.NewPassword, "new-password", "", "new `password`, where it must be changed")
	addJSON(cmd.Flags(), &asJSON, "print the session as JSON")
	in.flags(cmd.Flags())
	return cmd
}
