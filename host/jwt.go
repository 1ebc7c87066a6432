package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/runtime/security"
)

func newSetJWT() *cobra.Command {
	var in installation
	var issuer, audience string
	var asJSON bool
	var settings security.JWTSettings
	cmd := &cobra.Command{
		Use:   "set-jwt NAME",
		Short: "Make or change a JWT definition",
		Long: `Makes a JWT definition, or changes the one of that name; what is left out stays
as it is. Callers send a token in the header "Authorization: Bearer …". It is
signed with the definition's secret by HS256, its subject (sub) is the
definition's username, it says when it expires (exp), and, if the definition
asks for them, who it is from (iss) and for (aud).

A new definition without --secret gets one, which is printed once. Running hosts
know within a second. Sessions that the definition has opened for a user who is
linked to it end with any change: tokens that are still good open others.

` + listingHelp,
		Example: `  gatehouse security set-jwt pubapi
  gatehouse security set-jwt partner --username partner.crm --issuer https://id.example.com`,
		Args: exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("issuer") {
				settings.Issuer = &issuer
			}
			if cmd.Flags().Changed("audience") {
				settings.Audience = &audience
			}
			if cmd.Flags().Changed("secret") && settings.Secret == "" {
				return errors.New("the secret is empty: leave --secret out to have one made")
			}
			if settings.Secret != "" && settings.NewSecret {
				return errors.New("--secret and --new-secret exclude one another")
			}
			return in.changing(cmd, func(host *opened) error {
				isThere, err := host.hasDefinition(cmd.Context(), security.JWT, args[0])
				if err != nil {
					return err
				}
				secret, err := host.Security().SetJWT(cmd.Context(), args[0], settings)
				if err != nil {
					return err
				}
				if asJSON {
					return encode(cmd, definitionMade{security.JWT, args[0], !isThere, host.isListed(args[0]), secret})
				}
				said := fmt.Sprintf("JWT definition %s set", args[0])
				if !isThere {
					said = fmt.Sprintf("Made the JWT definition %s", args[0])
				}
				said = host.inForce(said, args[0], !isThere)
				if secret != "" {
					said += "\nIts secret is shown this once: " + secret
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), said)
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.definitions(func() string { return security.JWT }))
	flags := cmd.Flags()
	addJSON(flags, &asJSON, "print the result as JSON")
	flags.StringVar(&settings.Secret, "secret", "", "`secret` of 32 bytes or more that signs tokens")
	flags.BoolVar(&settings.NewSecret, "new-secret", false, "make another secret: no token of before is good any more")
	flags.StringVar(&settings.Username, "username", "", "`username`, which is the subject of tokens (default NAME, or what the definition has)")
	flags.StringVar(&issuer, "issuer", "", "`issuer` that tokens must be from; empty: any")
	flags.StringVar(&audience, "audience", "", "`audience` that tokens must be for; empty: any")
	in.flags(flags)
	return cmd
}

func newIssueToken() *cobra.Command {
	var in installation
	var asJSON bool
	lifetime := span(time.Hour)
	cmd := &cobra.Command{
		Use:   "issue-token NAME",
		Short: "Print a token of a JWT definition",
		Long: `Prints a token that a JWT definition lets in until it expires. There is no way
to take back a single token: "gatehouse security set-jwt NAME --new-secret" takes
back all of them.`,
		Example: `  curl -H "Authorization: Bearer $(gatehouse security issue-token pubapi)" http://127.0.0.1:17010/zato/api/invoke/hello.hello`,
		Args:    exactArg("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return in.reading(cmd, func(host *opened) error {
				token, err := host.Security().IssueToken(cmd.Context(), args[0], time.Duration(lifetime))
				if err != nil {
					return err
				}
				if !host.isListed(args[0]) {
					remark(cmd, "%s", host.notListed(args[0]))
				}
				if asJSON {
					return encode(cmd, map[string]string{"token": token})
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
				return err
			})
		},
	}
	cmd.ValidArgsFunction = offer(in.definitions(func() string { return security.JWT }))
	addJSON(cmd.Flags(), &asJSON, "print the token in JSON")
	cmd.Flags().Var(&lifetime, "lifetime", "how long the token is good for, a `duration` such as 30m or 7d")
	in.flags(cmd.Flags())
	return cmd
}
