package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
)

// userCommand is a command about one user that is there already.
type userCommand struct {
	use, short, long string

	// run does it and returns what to say, as text and as JSON.
	run func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (said string, result map[string]any, err error)

	// before, if set, is asked before the installation is opened.
	before func(cmd *cobra.Command, username string) error
}

func (c userCommand) command() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   c.use + " USERNAME",
		Short: c.short,
		Long:  c.long,
		Args:  exactArg("USERNAME"),
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
					return &statusError{exitNoUser, fmt.Errorf("sso %s: there is no user %q", c.use, args[0])}
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
				return json.NewEncoder(cmd.OutOrStdout()).Encode(answer)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// newUserCommands are the commands about users that are there already.
func newUserCommands() []*cobra.Command {
	return []*cobra.Command{
		newDeleteUser(),
		userCommand{use: "lock-user", short: "Lock a user and end its sessions",
			run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
				err := host.sso.SSO().LockUser(cmd.Context(), call, user.UserID)
				return "Locked user " + user.Username, map[string]any{"is_locked": true}, err
			}}.command(),
		userCommand{use: "unlock-user", short: "Let a locked user log in again",
			run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
				err := host.sso.SSO().UnlockUser(cmd.Context(), call, user.UserID)
				return "Unlocked user " + user.Username, map[string]any{"is_locked": false}, err
			}}.command(),
		newChangePassword(), newResetPassword(), newResetTOTPKey(), newLogout(), newCreateODB(),
	}
}

func newDeleteUser() *cobra.Command {
	var yes bool
	cmd := userCommand{use: "delete-user", short: "Delete a user, with its sessions and attributes",
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

// confirm asks for a yes, at a terminal or on standard input.
func confirm(cmd *cobra.Command, question string) error {
	if terminal, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(terminal.Fd())) {
		fmt.Fprint(cmd.ErrOrStderr(), question)
	}
	line, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return errors.New("not confirmed, so nothing was changed: give --yes to go ahead without being asked")
}

// passwordFlags are those of commands that set a password.
type passwordFlags struct {
	expiry     int
	mustChange bool
}

func (f *passwordFlags) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.expiry, "expiry", 0, "`days` until the password expires (default password.expiry)")
	cmd.Flags().BoolVar(&f.mustChange, "must-change", false, "the user has to choose another one at the next login")
}

// set sets a user's password.
func (f *passwordFlags) set(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User, text string) error {
	change := sso.PasswordChange{UserID: user.UserID, NewPassword: text, MustChange: sso.Some(f.mustChange)}
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
		run: func(cmd *cobra.Command, host *opened, call sso.Call, user *sso.User) (string, map[string]any, error) {
			stored := sso.Some(label)
			if label == "" {
				stored = sso.Null[string]()
			}
			made, err := host.sso.SSO().ResetTOTPKey(cmd.Context(), call, user.UserID, sso.Some(key), stored)
			return made, map[string]any{"totp_key": made}, err
		}}.command()
	cmd.Flags().StringVar(&key, "key", "", "`key` in base32; left out, one is made")
	cmd.Flags().StringVar(&label, "key-label", "", "`label` of the key")
	return cmd
}

func newLogout() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "logout UST",
		Short: "End a session",
		Args:  exactArg("UST"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.reading(cmd, func(host *opened) error {
				call := host.asOperator(cmd)
				call.Trusted, call.UST = false, args[0]
				if err := host.sso.SSO().Logout(cmd.Context(), call); err != nil {
					return fromSSO(err)
				}
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"status": "ok"})
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "Ended the session")
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
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
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, err := in.openToChange(cmd)
			if err != nil {
				return err
			}
			if err := host.Close(cmd.Context()); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"status": "ok"})
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "The tables of the SSO are there")
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	in.flags(cmd.Flags())
	return cmd
}
