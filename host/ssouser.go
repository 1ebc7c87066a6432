package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
)

// userCommand is a command about one user that is there already.
type userCommand struct {
	use, short, long, example string

	// exits are the exit statuses beside 0, 1 and 22.
	exits []string

	// run does it and returns what to say, as text and as JSON.
	run func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (said string, result map[string]any, err error)

	// before, if set, is asked before the installation is opened.
	before func(cmd *cobra.Command, username string) error
}

func (c userCommand) command() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:         c.use + " USERNAME",
		Short:       c.short,
		Long:        c.long,
		Example:     c.example,
		Annotations: exitsWith(append(c.exits, exitsNoUser)...),
		Args:        exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.before != nil {
				if err := c.before(cmd, args[0]); err != nil {
					return err
				}
			}
			return in.reading(cmd, func(host *opened) error {
				call := host.asOperator(cmd)
				user, err := host.sso.SSO().UserByUsername(cmd.Context(), call, args[0], false)
				if err != nil {
					return fromSSO(err)
				}
				if user == nil {
					return noUser(c.use, args[0])
				}
				said, result, err := c.run(cmd, host, call, user)
				if err != nil {
					return fromSSO(err)
				}
				if !asJSON {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), said)
					return err
				}
				answer := map[string]any{"username": user.Username, "user_id": user.UserID}
				for key, value := range result {
					answer[key] = value
				}
				return encode(cmd, answer)
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.usernames())
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// setting is a command that sets one thing of a user, and says so.
func setting(c userCommand, did string, result map[string]any, set func(core sso.Core, ctx context.Context, call sso.Call, userID string) error) *cobra.Command {
	c.run = func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
		err := set(host.sso.SSO(), cmd.Context(), call, user.UserID)
		return did + " user " + user.Username, result, err
	}
	return c.command()
}

// newUserCommands are the commands about users that are there already.
func newUserCommands() []*cobra.Command {
	return []*cobra.Command{
		newDeleteUser(),
		setting(userCommand{use: "lock-user", short: "Lock a user and end its sessions",
			long: `Locks a user: its sessions end at once, and nobody logs in as the user before
"gatehouse sso unlock-user". A user that is locked already may be locked again.`,
			example: "  gatehouse sso lock-user jane"},
			"Locked", map[string]any{"is_locked": true}, sso.Core.LockUser),
		setting(userCommand{use: "unlock-user", short: "Let a locked user log in again",
			long:    `Lets a locked user log in again. Sessions that locking has ended stay ended.`,
			example: "  gatehouse sso unlock-user jane"},
			"Unlocked", map[string]any{"is_locked": false}, sso.Core.UnlockUser),
		setting(userCommand{use: "approve-user", short: "Approve a user, who can then log in",
			long: `Approves a user, whatever was decided before: who has signed up and confirmed it
can then log in. "gatehouse sso list-users --approval-status before_decision" lists
those who wait for it.`,
			example: "  gatehouse sso approve-user jane"},
			"Approved", map[string]any{"approval_status": sso.ApprovalApproved}, sso.Core.ApproveUser),
		setting(userCommand{use: "reject-user", short: "Reject a user, who cannot log in then",
			long: `Rejects a user, whatever was decided before: the user can neither log in nor use
sessions that are open, until "gatehouse sso approve-user".`,
			example: "  gatehouse sso reject-user jane"},
			"Rejected", map[string]any{"approval_status": sso.ApprovalRejected}, sso.Core.RejectUser),
		newChangePassword(), newResetPassword(), newResetTOTPKey(), newLogout(), newCreateODB(),
	}
}

func newDeleteUser() *cobra.Command {
	var yes bool
	cmd := userCommand{use: "delete-user", short: "Delete a user, with its sessions and attributes",
		long: `Deletes a user, with its sessions, attributes and links; the audit keeps its
entries. It asks first, at a terminal or as a line of standard input, which must
be y or yes; with --yes it does not ask.`,
		example: `  gatehouse sso delete-user jane
  gatehouse sso delete-user jane --yes`,
		before: func(cmd *cobra.Command, username string) error {
			if yes {
				return nil
			}
			return confirm(cmd, fmt.Sprintf("Delete user %s? [y/N] ", username))
		},
		run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
			err := host.sso.SSO().DeleteUserByID(cmd.Context(), call, user.UserID)
			return "Deleted user " + user.Username, nil, err
		}}.command()
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// passwordFlags are those of commands that set a password.
type passwordFlags struct {
	expiry     int
	mustChange boolean
}

func (f *passwordFlags) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.expiry, "expiry", 0, "`days` until the password expires (default sso.password.expiry)")
	booleanVar(cmd.Flags(), &f.mustChange, "must-change", false, "whether the user has to choose another one at the next login, `true` or false")
}

// set sets a user's password.
func (f *passwordFlags) set(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User, text string) error {
	change := sso.PasswordChange{UserID: user.UserID, NewPassword: text, MustChange: sso.Some(bool(f.mustChange))}
	if cmd.Flags().Changed("expiry") {
		if f.expiry <= 0 {
			return &statusError{exitInvalid, errors.New("--expiry: want a number of days above 0")}
		}
		change.Expiry = sso.Some(f.expiry)
	}
	return host.sso.SSO().SetPassword(cmd.Context(), call, change)
}

func newChangePassword() *cobra.Command {
	var flags passwordFlags
	var text string
	cmd := userCommand{use: "change-user-password", short: "Set a user's password",
		long: `Sets a user's password, without the old one, and ends the sessions of the user
(unless sso.password.end_sessions is off). Without --password, the new one is asked
for at a terminal, without echo and twice, or else read as a line of standard input.
Without --must-change the user need not choose another one.`,
		example: `  gatehouse sso change-user-password jane
  gatehouse sso change-user-password jane --must-change true --expiry 90
  gatehouse sso change-user-password jane < password.txt`,
		exits: []string{exitsInvalid},
		before: func(cmd *cobra.Command, _ string) (err error) {
			text, err = newPassword(cmd, text)
			return err
		},
		run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
			err := flags.set(cmd, host, call, user, text)
			return "Changed the password of user " + user.Username, nil, err
		}}.command()
	cmd.Flags().StringVar(&text, "password", "", "`password`; left out, it is asked for")
	flags.add(cmd)
	return cmd
}

func newResetPassword() *cobra.Command {
	var flags passwordFlags
	cmd := userCommand{use: "reset-user-password", short: "Give a user a new random password and print it",
		long: `Gives a user a new random password, prints it alone, and ends the sessions of the
user (unless sso.password.end_sessions is off). It is shown this once.`,
		example: `  gatehouse sso reset-user-password jane --must-change true
  gatehouse sso reset-user-password jane --json`,
		exits: []string{exitsInvalid},
		run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
			text := password.Generate()
			err := flags.set(cmd, host, call, user, text)
			return text, map[string]any{"password": text}, err
		}}.command()
	flags.add(cmd)
	return cmd
}

func newResetTOTPKey() *cobra.Command {
	var key, label string
	cmd := userCommand{use: "reset-totp-key", short: "Give a user a new TOTP key and print it",
		long: `Gives a user a new TOTP key and prints it alone: authenticator apps of before no
longer work. Whether TOTP is enabled for the user stays as it is.`,
		example: `  gatehouse sso reset-totp-key jane
  gatehouse sso reset-totp-key jane --key JBSWY3DPEHPK3PXP --key-label phone`,
		exits: []string{exitsInvalid},
		run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
			stored := sso.Some(label)
			if label == "" {
				stored = sso.Null[string]()
			}
			made, err := host.sso.SSO().ResetTOTPKey(cmd.Context(), call, user.UserID, sso.Some(key), stored)
			return made, map[string]any{"totp_key": made}, err
		}}.command()
	cmd.Flags().StringVar(&key, "key", "", "`key` in base32, of 16 characters or more; left out, one is made")
	cmd.Flags().StringVar(&label, "key-label", "", "`label` of the key")
	return cmd
}

func newLogout() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "logout UST",
		Short: "End a session",
		Long: `Ends the session of a UST, as "gatehouse sso login" has printed it. With - it is a
line of standard input: on the command line it can be seen by others on the
machine while the command runs, and is worth nothing afterwards.`,
		Example: `  gatehouse sso logout "$UST"
  gatehouse sso logout - < ust.txt`,
		Args: exactArg("UST"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ust := args[0]
			if ust == "-" {
				if ust, err = readLine(cmd); err != nil && !errors.Is(err, io.EOF) {
					return err
				}
			}
			return in.reading(cmd, func(host *opened) error {
				call := host.asOperator(cmd)
				call.Trusted, call.UST = false, ust
				if err := host.sso.SSO().Logout(cmd.Context(), call); err != nil {
					return fromSSO(err)
				}
				if asJSON {
					return encode(cmd, map[string]string{"status": "ok"})
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "Ended the session")
				return err
			})
		},
	}
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// newCreateODB makes the tables, which every other command does as well where
// they are missing: for operators whose scripts call it.
func newCreateODB() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "create-odb",
		Short: "Make the tables of the SSO, where they are missing",
		Long: `Makes the tables of the SSO, where they are missing, and brings those of an older
version up to date. Every other command that begins an installation does so as
well, and so does a host: this one is there for scripts that call it.`,
		Example: `  gatehouse sso create-odb`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, err := in.openToChange(cmd)
			if err != nil {
				return err
			}
			if err := host.Close(cmd.Context()); err != nil {
				return err
			}
			if asJSON {
				return encode(cmd, map[string]string{"status": "ok"})
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "The tables of the SSO are there")
			return err
		},
	}
	addJSON(cmd.Flags(), &asJSON, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}
