package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/client"
	"gatehouse/runtime/sso/totp"
)

// The examples run against a host that these users are on: jane, and admin, who is
// a super-user and logs in with TOTP.

// ask stands for a person who looks at his authenticator app.
func ask(string) string {
	shown, err := totp.Code(totpKey, time.Now())
	if err != nil {
		log.Fatal(err)
	}
	return shown
}

// logIn opens a session for the examples that are about something else.
func logIn(ctx context.Context, username, password string) *client.Session {
	c, err := client.New(hostURL, "CRM")
	if err != nil {
		log.Fatal(err)
	}
	session, err := c.Login(ctx, client.Credentials{Username: username, Password: password, TOTPCode: ask("Code: ")})
	if err != nil {
		log.Fatal(err)
	}
	return session
}

func Example() {
	ctx := context.Background()
	c, err := client.New(hostURL, "CRM", client.WithRetries(3, 10*time.Second))
	if err != nil {
		log.Fatal(err)
	}
	session, err := c.Login(ctx, client.Credentials{Username: "jane", Password: janePassword})
	if err != nil {
		log.Fatal(err)
	}
	defer func() {
		if err := session.Logout(ctx); err != nil {
			log.Print(err)
		}
	}()

	// A value is set, null makes it NULL, and what is left out stays as it is.
	patch := sso.UserPatch{DisplayName: sso.Some("Jane of the example"), MiddleName: sso.Null[string]()}
	if err := session.Update(ctx, patch); err != nil {
		log.Fatal(err)
	}
	user, err := session.User(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Username, "is", *user.DisplayName, "and of the", *user.LastName, "family")
	fmt.Println("has a middle name:", user.MiddleName != nil)
	// Output:
	// jane is Jane of the example and of the Doe family
	// has a middle name: false
}

func ExampleClient_Login() {
	ctx := context.Background()
	c, err := client.New(hostURL, "CRM")
	if err != nil {
		log.Fatal(err)
	}
	credentials := client.Credentials{Username: "admin", Password: adminPassword}
	session, err := c.Login(ctx, credentials)
	if sso.HasCode(err, sso.TOTPCodeMissing) {
		credentials.TOTPCode = ask("Code: ")
		session, err = c.Login(ctx, credentials)
	}
	if err != nil {
		log.Fatal(err)
	}
	if session.Warning == sso.PasswordAboutToExpire {
		fmt.Println("choose another password soon")
	}
	user, err := session.User(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("logged in:", user.Username)
	// Output: logged in: admin
}

func ExampleError() {
	ctx := context.Background()
	session := logIn(ctx, "jane", janePassword)
	err := session.LockUser(ctx, "zusr1nt8j4t2rs9xa0jym1h25adzw9")
	var refused *client.Error
	switch {
	case sso.HasCode(err, sso.NotAllowed):
		fmt.Println("that is for super-users")
	case errors.As(err, &refused) && refused.IsTemporary():
		fmt.Println("come back in", refused.RetryAfter)
	case errors.As(err, &refused):
		fmt.Println("refused with", refused.Codes, "see", refused.CID)
	case err != nil:
		fmt.Println("the host was not reached")
	}
	// Output: that is for super-users
}

func ExampleSession_SearchAll() {
	ctx := context.Background()
	session := logIn(ctx, "admin", adminPassword)
	for user, err := range session.SearchAll(ctx, sso.SearchCriteria{LastName: sso.Some("doe"), PageSize: 50}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.Username)
	}
	// Output: jane
}

func ExampleAttributes() {
	ctx := context.Background()
	session := logIn(ctx, "jane", janePassword)
	attributes := session.Attributes()
	err := attributes.Set(ctx,
		client.Attr("theme", "dark"),
		sso.AttributeChange{Name: "pin", Value: sso.Some[any](1234), Encrypt: sso.Some(true), Expiration: sso.Some(3600)})
	if err != nil {
		log.Fatal(err)
	}
	theme, err := attributes.Get(ctx, "theme")
	if err != nil {
		log.Fatal(err)
	}
	if theme != nil { // it is there
		var color string
		if err := theme.Decode(&color); err != nil {
			log.Fatal(err)
		}
		fmt.Println(color)
	}
	// Output: dark
}
