package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ident"
	"gatehouse/runtime/sso/plugin"
)

var approvalStatuses = []string{sso.ApprovalBeforeDecision, sso.ApprovalApproved, sso.ApprovalRejected}

func newListUsers() *cobra.Command {
	var (
		in     installation
		list   plugin.UserList
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list-users",
		Short: "List the users, the oldest first",
		Long: `Lists the users, in the order in which they were created, in columns: the username,
the user ID, the approval status with what else is to be known (super-user, locked,
unconfirmed), the e-mail and the display name; - is none. Without flags it lists
all; with several, those for whom all of them hold. Users are read as they are
printed, so that a list may be of any length. With --json there is a JSON object a
line, with all that is known of a user. Neither has passwords, TOTP keys or anything
else that is secret.`,
		Example: `  gatehouse sso list-users
  gatehouse sso list-users --search doe
  gatehouse sso list-users --approval-status before_decision --json
  gatehouse sso list-users --super-users --locked`,
		Annotations: exitsWith("0 done, also where there is no such user", exitsInvalid),
		Args:        noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list.Limit < 0 {
				return &statusError{exitInvalid, fmt.Errorf("--limit: want a number of users, or 0 for all")}
			}
			if cmd.Flags().Changed("approval-status") && !slices.Contains(approvalStatuses, list.ApprovalStatus) {
				return &statusError{exitInvalid, fmt.Errorf("--approval-status: want %s, not %q", orList(approvalStatuses), list.ApprovalStatus)}
			}
			return in.reading(cmd, func(host *opened) error {
				found := 0
				table := newTable(cmd.OutOrStdout(), "USERNAME", "USER ID", "STATUS", "E-MAIL", "DISPLAY NAME")
				err := host.sso.ListUsers(cmd.Context(), host.asOperator(cmd), list, func(user sso.User) error {
					found++
					if asJSON {
						return encode(cmd, user)
					}
					return table.add(user.Username, user.UserID, userStatus(user), textOf(user.Email), textOf(user.DisplayName))
				})
				err = errors.Join(err, table.end())
				if err == nil && found == 0 {
					remark(cmd, "no such users")
				}
				return fromSSO(err)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&list.Text, "search", "", "only users with this `text` in the username or in a name, whatever its case, or with this e-mail")
	flags.StringVar(&list.ApprovalStatus, "approval-status", "", "only users with this `status`: "+strings.Join(approvalStatuses, ", "))
	flags.BoolVar(&list.IsLocked, "locked", false, "only users that are locked")
	flags.BoolVar(&list.IsSuperUser, "super-users", false, "only super-users")
	flags.IntVar(&list.Limit, "limit", 0, "the first `n` users; 0 is all")
	addJSON(flags, &asJSON, "print a JSON object a line")
	in.flags(flags)
	completeFlag(cmd, "approval-status", among(approvalStatuses...))
	return cmd
}

// orList joins names in words: a, b or c.
func orList(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// userStatus is the approval status with what else keeps a user out, or sets him
// apart.
func userStatus(user sso.User) string {
	status := []string{user.ApprovalStatus}
	for _, more := range []struct {
		holds bool
		word  string
	}{
		{user.IsSuperUser, "super-user"}, {user.IsLocked, "locked"}, {user.SignUpStatus != sso.SignUpFinal, "unconfirmed"},
	} {
		if more.holds {
			status = append(status, more.word)
		}
	}
	return strings.Join(status, ",")
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func newShowUser() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show-user USERNAME",
		Short: "Show what is known of a user",
		Long: `Shows what is known of a user, by its username or its user ID, which is what the
audit has: a line for each attribute that is set, with --json an object of all. No
secrets are shown, neither the password nor the TOTP key.`,
		Example: `  gatehouse sso show-user jane
  gatehouse sso show-user zusr4tz3ymzkrp8ja9vq0bm5f0h9an --json`,
		Annotations: exitsWith(exitsNoUser),
		Args:        exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.reading(cmd, func(host *opened) error {
				user, err := host.userOf(cmd, args[0])
				if err != nil {
					return err
				}
				if user == nil {
					return noUser("show-user", args[0])
				}
				if asJSON {
					return encode(cmd, user)
				}
				return printAttributes(cmd.OutOrStdout(), user.ToDict())
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.usernames())
	addJSON(cmd.Flags(), &asJSON, "print the user as JSON")
	in.flags(cmd.Flags())
	return cmd
}

// userOf returns the user with a user ID or a username, or nil. An ID goes before
// a name, whatever somebody calls himself.
func (o *opened) userOf(cmd *cobra.Command, name string) (user *sso.User, err error) {
	if !ident.IsUserID(name) {
		user, err = o.sso.SSO().UserByUsername(cmd.Context(), o.asOperator(cmd), name, false)
		return user, fromSSO(err)
	}
	err = o.sso.ListUsers(cmd.Context(), o.asOperator(cmd), plugin.UserList{UserID: name}, func(found sso.User) error {
		user = &found
		return nil
	})
	return user, fromSSO(err)
}

func noUser(command, name string) error {
	return &statusError{exitNoUser, fmt.Errorf("sso %s: there is no user %q", command, name)}
}

// printAttributes prints what is set of a user, the names first.
func printAttributes(out io.Writer, attributes map[string]any) error {
	names := []string{"username", "user_id", "email", "display_name", "first_name", "middle_name", "last_name"}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		value := attributes[name]
		if value == nil || value == "" {
			continue
		}
		if is, ok := value.(bool); ok {
			value = yesNo(is)
		}
		if _, err := fmt.Fprintln(out, printableLine(fmt.Sprintf("%-24s  %v", name, value))); err != nil {
			return err
		}
	}
	return nil
}

func newListSessions() *cobra.Command {
	var in installation
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list-sessions USERNAME",
		Short: "List the open sessions of a user, the oldest first",
		Long: `Lists the sessions of a user that have not expired, the oldest first, a line each:
when it was opened and when it ends, how the user was authenticated (default is by
a password), from which address, and with which user agent. The UST itself is not
shown. "gatehouse sso lock-user" ends all sessions of a user.`,
		Example: `  gatehouse sso list-sessions jane
  gatehouse sso list-sessions jane --json`,
		Annotations: exitsWith("0 done, also where there is no session", exitsNoUser),
		Args:        exactArg("USERNAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.reading(cmd, func(host *opened) error {
				sessions, err := host.sessionsOf(cmd, args[0])
				if err != nil {
					return err
				}
				for _, session := range sessions {
					if asJSON {
						dict := session.ToDict()
						delete(dict, "ust")
						err = encode(cmd, dict)
					} else {
						err = textSession(cmd.OutOrStdout(), session)
					}
					if err != nil {
						return err
					}
				}
				if len(sessions) == 0 {
					remark(cmd, "no sessions")
				}
				return nil
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.usernames())
	addJSON(cmd.Flags(), &asJSON, "print a JSON object a line")
	in.flags(cmd.Flags())
	return cmd
}

func (o *opened) sessionsOf(cmd *cobra.Command, username string) ([]sso.Session, error) {
	user, err := o.sso.SSO().UserByUsername(cmd.Context(), o.asOperator(cmd), username, false)
	if err != nil {
		return nil, fromSSO(err)
	}
	if user == nil {
		return nil, noUser("list-sessions", username)
	}
	sessions, err := o.sso.UserSessions(cmd.Context(), o.asOperator(cmd), user.UserID)
	return sessions, fromSSO(err)
}

func textSession(out io.Writer, session sso.Session) error {
	line := fmt.Sprintf("%s  until %s  %-10s  %s  %s", sso.FormatTime(session.CreationTime), sso.FormatTime(session.ExpirationTime),
		session.AuthType, session.RemoteAddr, session.UserAgent)
	_, err := fmt.Fprintln(out, strings.TrimRight(printableLine(line), " "))
	return err
}
