package security_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/security"
)

const tokenSecret = "a secret of more than thirty-two bytes"

func withKeys() security.Config {
	return security.Config{Keys: secret.NewKeyring(secret.NewKey())}
}

func setJWT(t *testing.T, d *security.Definitions, name string, settings security.JWTSettings) string {
	t.Helper()
	made, err := d.SetJWT(t.Context(), name, settings)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func verifyToken(t *testing.T, d *security.Definitions, token string, want error) security.Principal {
	t.Helper()
	principal, err := d.VerifyToken(t.Context(), security.Client{}, token)
	if !errors.Is(err, want) {
		t.Errorf("VerifyToken: %v, want %v", err, want)
	}
	return principal
}

// signed makes a token that is good but for what change does to it.
func signed(t *testing.T, method jwt.SigningMethod, key any, change func(header map[string]any, claims jwt.MapClaims)) string {
	t.Helper()
	now := time.Now()
	claims := jwt.MapClaims{"sub": "client", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "iss": "issuer", "aud": []string{"other", "us"}}
	token := jwt.NewWithClaims(method, claims)
	if change != nil {
		change(token.Header, claims)
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTokens(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		d := newDefinitions(t, db, withKeys())
		issuer, audience := "issuer", "us"
		setJWT(t, d, "partner", security.JWTSettings{Username: "client", Secret: tokenSecret, Issuer: &issuer, Audience: &audience})
		setJWT(t, d, "other", security.JWTSettings{Secret: strings.Repeat("x", 40)})

		good := signed(t, jwt.SigningMethodHS256, []byte(tokenSecret), nil)
		first := verifyToken(t, d, good, nil)
		if first.Type != security.JWT || first.ID <= 1_000_000_000 || first.Name != "partner" || first.Username != "client" || len(first.Token) != 64 {
			t.Errorf("principal is %+v", first)
		}
		if left := time.Until(first.Expires); left > time.Hour || left < 55*time.Minute {
			t.Errorf("a token of an hour expires in %v", left)
		}
		if again := verifyToken(t, d, good, nil); again != first {
			t.Errorf("the same token again: %+v", again)
		}
		another := signed(t, jwt.SigningMethodHS256, []byte(tokenSecret), func(_ map[string]any, c jwt.MapClaims) { c["jti"] = "2" })
		if got := verifyToken(t, d, another, nil); got.Token == first.Token || got.ID != first.ID {
			t.Errorf("another token: %+v", got)
		}

		now := time.Now()
		claim := func(name string, value any) func(map[string]any, jwt.MapClaims) {
			return func(_ map[string]any, claims jwt.MapClaims) {
				if claims[name] = value; value == nil {
					delete(claims, name)
				}
			}
		}
		refused := func(what, token string, want security.Reason) {
			t.Helper()
			_, err := d.VerifyToken(t.Context(), security.Client{}, token)
			var refused *security.Refusal
			if !errors.Is(err, security.ErrDenied) || !errors.As(err, &refused) || refused.Reason != want || refused.Wait+refused.Slowed != 0 {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		for what, c := range map[string]struct {
			change func(map[string]any, jwt.MapClaims)
			want   security.Reason
		}{
			"expired":             {claim("exp", now.Add(-time.Minute).Unix()), security.ExpiredToken},
			"without an end":      {claim("exp", nil), security.NoExpiry},
			"an end that is text": {claim("exp", "tomorrow"), security.NotAToken},
			"not good yet":        {claim("nbf", now.Add(time.Minute).Unix()), security.TokenOfFuture},
			"of the future":       {claim("iat", now.Add(time.Minute).Unix()), security.TokenOfFuture},
			"unknown subject":     {claim("sub", "nobody"), security.NoSuchSubject},
			"another's subject":   {claim("sub", "other"), security.WrongSignature},
			"without a subject":   {claim("sub", nil), security.NoSuchSubject},
			"its name as subject": {claim("sub", "partner"), security.NoSuchSubject},
			"another issuer":      {claim("iss", "somebody"), security.OtherIssuer},
			"without an issuer":   {claim("iss", nil), security.OtherIssuer},
			"another audience":    {claim("aud", "them"), security.OtherAudience},
			"without an audience": {claim("aud", nil), security.OtherAudience},
			"critical":            {func(header map[string]any, _ jwt.MapClaims) { header["crit"] = []string{"b64"} }, security.CriticalHeader},
		} {
			refused(what, signed(t, jwt.SigningMethodHS256, []byte(tokenSecret), c.change), c.want)
		}
		for what, change := range map[string]func(map[string]any, jwt.MapClaims){
			"just expired, clocks differ": claim("exp", now.Add(-10*time.Second).Unix()),
			"of a clock that is ahead":    claim("iat", now.Add(10*time.Second).Unix()),
			"one audience as text":        claim("aud", "us"),
		} {
			t.Run(what, func(t *testing.T) {
				verifyToken(t, d, signed(t, jwt.SigningMethodHS256, []byte(tokenSecret), change), nil)
			})
		}
		refused("another algorithm", signed(t, jwt.SigningMethodHS512, []byte(tokenSecret), nil), security.OtherAlgorithm)
		refused("another secret", signed(t, jwt.SigningMethodHS256, []byte(tokenSecret+"x"), nil), security.WrongSignature)
		refused("no signature", signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), security.OtherAlgorithm)
		refused("no JWT", "x.y.z", security.NotAToken)
		refused("a huge token", strings.Repeat("x", 1<<20), security.TokenTooLong)
		private := security.Client{Definitions: []string{"other"}}
		var unlisted *security.Refusal
		if _, err := d.VerifyToken(t.Context(), private, good); !errors.As(err, &unlisted) || *unlisted != (security.Refusal{Type: "jwt", Definition: "partner", Reason: security.NotListed}) {
			t.Errorf("a definition that is not listed: %v", err)
		}
		for _, text := range []string{"", ".", "..", "x.y.z", good[:len(good)-2], good + "=", good + ".x", strings.Repeat("x", 1<<20), strings.Repeat(".", 1<<12)} {
			verifyToken(t, d, text, security.ErrDenied)
		}
		// The last character of a signature has two bits that say nothing.
		last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", good[len(good)-1])
		twin := good[:len(good)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last^1])
		verifyToken(t, d, twin, security.ErrDenied)
	})
}

func TestLifeOfAJWTDefinition(t *testing.T) {
	onEngines(t, func(t *testing.T, db database.DB) {
		config := withKeys()
		d := newDefinitions(t, db, config)
		ctx := context.Background()
		made := setJWT(t, d, "partner", security.JWTSettings{})
		if len(made) < 40 {
			t.Errorf("made the secret %q", made)
		}
		token, err := d.IssueToken(ctx, "partner", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		first := verifyToken(t, d, token, nil)
		if first.Username != "partner" {
			t.Errorf("%+v", first)
		}

		// What is left out stays, the secret too.
		issuer, none := "issuer", ""
		if again := setJWT(t, d, "partner", security.JWTSettings{Issuer: &issuer}); again != "" {
			t.Error("a secret was made though there is one")
		}
		verifyToken(t, d, token, security.ErrDenied) // it is from nobody
		ofIssuer, err := d.IssueToken(ctx, "partner", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if got := verifyToken(t, d, ofIssuer, nil); got.ID != first.ID {
			t.Errorf("the definition has another number: %+v", got)
		}
		setJWT(t, d, "partner", security.JWTSettings{Issuer: &none, Username: "renamed"})
		verifyToken(t, d, token, security.ErrDenied)
		setJWT(t, d, "partner", security.JWTSettings{Username: "partner"})
		verifyToken(t, d, token, nil)

		if setJWT(t, d, "partner", security.JWTSettings{NewSecret: true}) == "" {
			t.Error("no new secret was made")
		}
		verifyToken(t, d, token, security.ErrDenied)

		setJWT(t, d, "second", security.JWTSettings{Secret: tokenSecret})
		for what, settings := range map[string]security.JWTSettings{
			"short secret":      {Secret: strings.Repeat("x", 31)},
			"long secret":       {Secret: strings.Repeat("x", 1025)},
			"username of space": {Username: " ", Secret: tokenSecret},
			"control character": {Username: "a\x00", Secret: tokenSecret},
		} {
			if _, err := d.SetJWT(ctx, "third", settings); !errors.Is(err, security.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := d.SetJWT(ctx, "third", security.JWTSettings{Username: "second"}); !errors.Is(err, security.ErrUsernameTaken) {
			t.Errorf("a username that is taken: %v", err)
		}
		for _, lifetime := range []time.Duration{0, -time.Hour, 100 * 365 * 24 * time.Hour} {
			if _, err := d.IssueToken(ctx, "second", lifetime); !errors.Is(err, security.ErrInvalid) {
				t.Errorf("a token for %v: %v", lifetime, err)
			}
		}
		if _, err := d.IssueToken(ctx, "nothing", time.Hour); !errors.Is(err, security.ErrNotFound) {
			t.Errorf("of no definition: %v", err)
		}

		// Names and usernames are unique within a type.
		if err := d.Set(ctx, "second", "", "a password"); err != nil {
			t.Fatal(err)
		}
		basic := verify(t, d, "second", "second", "a password", nil)
		if basic.ID <= 1_000_000_000 || basic.Type != security.BasicAuth || basic.Token != "" {
			t.Errorf("%+v", basic)
		}
		all, err := d.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, definition := range all {
			names = append(names, definition.Type+" "+definition.Name)
		}
		if got := strings.Join(names, ", "); got != "basic_auth second, jwt partner, jwt second" {
			t.Error(got)
		}
		if got, err := d.Usernames(ctx, security.JWT); err != nil || len(got) != 2 || got[first.ID] != "partner" {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := d.Usernames(ctx, security.BasicAuth); err != nil || !maps.Equal(got, map[int64]string{basic.ID: "second"}) {
			t.Errorf("%v, %v", got, err)
		}
		if got, err := d.Usernames(ctx, "ntlm"); err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}

		// The secret is encrypted, and useless with another key.
		var stored string
		if err := db.Read(ctx, database.Query{SQL: "SELECT secret FROM gatehouse_jwt WHERE name = 'second'",
			Row: func(scan func(...any) error) error { return scan(&stored) }}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(stored, "gAAAA") || strings.Contains(stored, tokenSecret) {
			t.Errorf("the secret is stored as %q", stored)
		}
		token, err = d.IssueToken(ctx, "second", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for _, config := range []security.Config{{}, withKeys()} {
			other := newDefinitions(t, db, config)
			var refused *security.Refusal
			if _, err := other.VerifyToken(ctx, security.Client{}, token); !errors.Is(err, security.ErrDenied) || !errors.As(err, &refused) ||
				refused.Definition != "second" || refused.Reason != security.UnreadableSecret {
				t.Errorf("with another key: %v", err)
			}
			if _, err := other.IssueToken(ctx, "second", time.Hour); err == nil {
				t.Error("a token was issued with another key")
			}
		}
		if err := d.DeleteJWT(ctx, "second"); err != nil {
			t.Fatal(err)
		}
		verifyToken(t, d, token, security.ErrDenied)
		if err := d.DeleteJWT(ctx, "second"); !errors.Is(err, security.ErrNotFound) {
			t.Errorf("deleted again: %v", err)
		}
		verify(t, d, "second", "second", "a password", nil)
	})
}

// TestNumbersOfDefinitionsThatWereThere has the definitions of an older version
// keep what they are under new numbers, and none be used twice.
func TestNumbersOfDefinitionsThatWereThere(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			t.Cleanup(func() { _ = db.Close() })
			ctx := t.Context()
			if err := db.Migrate(ctx, security.MigrationOwner, security.Migrations()[:1]); err != nil {
				t.Fatal(err)
			}
			exec := func(sql string, args ...any) {
				t.Helper()
				if err := db.Change(ctx, nil, func() ([]database.Query, error) { return []database.Query{{SQL: sql, Args: args}}, nil }); err != nil {
					t.Fatal(err)
				}
			}
			insert := `INSERT INTO gatehouse_basic_auth (name, username, password, is_active, created, updated) VALUES ($1, $1, $2, $3, $4, $4)`
			now := database.Timestamp(time.Now())
			for _, name := range []string{"one", "two", "three"} {
				exec(insert, name, "hash", true, now)
			}
			exec("DELETE FROM gatehouse_basic_auth WHERE name = 'three'")
			if err := db.Migrate(ctx, security.MigrationOwner, security.Migrations()); err != nil {
				t.Fatal(err)
			}
			d := newDefinitions(t, db, security.Config{})
			if err := d.Set(ctx, "four", "", "a password"); err != nil {
				t.Fatal(err)
			}
			all, err := d.List(ctx)
			if err != nil {
				t.Fatal(err)
			}
			ids := map[string]int64{}
			for _, definition := range all {
				ids[definition.Name] = definition.ID
			}
			if len(ids) != 3 || ids["one"] != 1_000_000_001 || ids["two"] != 1_000_000_002 || ids["four"] < 1_000_000_004 {
				t.Errorf("numbers are %v", ids)
			}
		})
	}
}
