package security

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/runtime/database"
)

const (
	// clockSkew is how far the clock of whoever signs tokens may be off.
	clockSkew = 30 * time.Second

	// maxToken is the size of the longest token, in bytes.
	maxToken = 8 << 10

	// Sizes of secrets, in bytes: HS256 wants as many bits as its hash has
	// (RFC 7518, section 3.2).
	minSecret = 32
	maxSecret = 1024
)

// storedJWT is a JWT definition.
type storedJWT struct {
	Principal
	isActive         bool
	secret           []byte
	issuer, audience string
	fault            error // of a secret that cannot be decrypted
}

// JWTSettings are what SetJWT gives a definition. What is empty or nil stays as
// it is; a new definition takes its name for its username, a secret that is
// made for it, and asks for neither issuer nor audience.
type JWTSettings struct {
	Username string // the subject of its tokens
	Secret   string // signs its tokens, with HS256; its bytes as they are
	Issuer   *string
	Audience *string

	// NewSecret has a secret made in the place of the one that is there.
	NewSecret bool
}

// SetJWT changes a JWT definition, or makes it when there is none of that name.
// It returns the secret if it made one. What the definition has opened before
// ends, unless nothing changes: its tokens of before may not be good any more.
func (d *Definitions) SetJWT(ctx context.Context, name string, settings JWTSettings) (made string, err error) {
	if d.keys == nil {
		return "", errors.New("JWT definitions need a key to encrypt their secrets with")
	}
	random := rand.Text() + rand.Text() // 260 random bits
	err = d.alter(ctx, JWT, name, func(before *Definition) (database.Query, error) {
		row, secret := settings.apply(name, before), settings.Secret
		made = ""
		if secret == "" && (before == nil || settings.NewSecret) {
			made, secret = random, random
		}
		if err := checkJWT(name, row, secret); err != nil {
			return database.Query{}, err
		}
		sealed := ""
		if secret != "" {
			sealed = d.keys.Encrypt([]byte(secret))
		}
		now := next(before)
		switch {
		case before == nil:
			return database.Query{SQL: sqlInsertJWT, Args: []any{name, row.Username, sealed, row.Issuer, row.Audience, true, now, now}}, nil
		case row == *before && secret == "":
			return database.Query{}, nil
		}
		return database.Query{SQL: sqlUpdateJWT, Args: []any{before.ID, row.Username, row.Issuer, row.Audience, now, sealed}}, nil
	})
	if err != nil {
		return "", err
	}
	return made, nil
}

// apply returns a definition with the settings; before is nil where it is new.
func (s *JWTSettings) apply(name string, before *Definition) Definition {
	row := Definition{Username: name}
	if before != nil {
		row = *before
	}
	row.Username = cmp.Or(s.Username, row.Username)
	if s.Issuer != nil {
		row.Issuer = *s.Issuer
	}
	if s.Audience != nil {
		row.Audience = *s.Audience
	}
	return row
}

func checkJWT(name string, row Definition, secret string) error {
	for _, part := range []struct {
		what, text string
		optional   bool
	}{{"name", name, false}, {"username", row.Username, false}, {"issuer", row.Issuer, true}, {"audience", row.Audience, true}} {
		if part.text == "" && part.optional {
			continue
		}
		if err := checkText(part.what, part.text, maxName); err != nil {
			return err
		}
	}
	if secret != "" && (len(secret) < minSecret || len(secret) > maxSecret) {
		return fmt.Errorf("%w: the secret must have %d to %d bytes", ErrInvalid, minSecret, maxSecret)
	}
	return nil
}

// DeleteJWT removes a JWT definition, and ends what it has opened.
func (d *Definitions) DeleteJWT(ctx context.Context, name string) error {
	return d.delete(ctx, JWT, name, sqlDeleteJWT)
}

func (d *Definitions) openSecret(sealed string) ([]byte, error) {
	if d.keys == nil {
		return nil, errors.New("there is no key to decrypt the secret with")
	}
	return d.keys.Decrypt(sealed)
}

// maxLifetime is how long an issued token is good for at most.
const maxLifetime = 10 * 365 * 24 * time.Hour

// IssueToken makes a token of an active JWT definition, good for a while.
func (d *Definitions) IssueToken(ctx context.Context, name string, lifetime time.Duration) (string, error) {
	if lifetime < time.Second || lifetime > maxLifetime {
		return "", fmt.Errorf("%w: a token is good for one second at least and %v at most", ErrInvalid, maxLifetime)
	}
	current, err := d.current(ctx)
	if err != nil {
		return "", err
	}
	for _, signer := range current.signers {
		if signer.Name != name || !signer.isActive {
			continue
		}
		if signer.fault != nil {
			return "", unreadable(signer)
		}
		now := time.Now()
		claims := jwt.RegisteredClaims{
			Subject: signer.Username, Issuer: signer.issuer, ID: rand.Text(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		}
		if signer.audience != "" {
			claims.Audience = jwt.ClaimStrings{signer.audience}
		}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(signer.secret)
		if err != nil {
			return "", fmt.Errorf("security definition %s: %w", name, err)
		}
		return token, nil
	}
	return "", fmt.Errorf("%w: there is no active JWT definition %s", ErrNotFound, name)
}

func unreadable(signer *storedJWT) error {
	return fmt.Errorf("security definition %s: its secret cannot be decrypted: set a new one: %w", signer.Name, signer.fault)
}

// tokens reads tokens. The algorithm is the one of the definitions, whatever a
// token says; each has to tell until when it is good, and is read one way only.
var tokens = jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(),
	jwt.WithIssuedAt(), jwt.WithLeeway(clockSkew), jwt.WithStrictDecoding())

// VerifyToken returns whom a JWT lets in: its subject is the username of an
// active definition, whose secret has signed it, it has not expired, and it is
// from the issuer and for the audience that the definition asks for. Any other
// is a *Refusal, which matches ErrDenied; so is one of a definition whose secret
// cannot be decrypted, for nobody has shown who he is. Errors of the database and
// of the context come back wrapped.
func (d *Definitions) VerifyToken(ctx context.Context, from Client, token string) (Principal, error) {
	current, err := d.current(ctx)
	if err != nil {
		return Principal{}, err
	}
	refusal := &Refusal{}
	refuse := func(reason Reason) (Principal, error) {
		refusal.Reason = reason
		return Principal{}, refusal
	}
	if len(token) > maxToken {
		return refuse(TokenTooLong)
	}
	var claims jwt.RegisteredClaims
	var signer *storedJWT
	parsed, err := tokens.ParseWithClaims(token, &claims, func(parsed *jwt.Token) (any, error) {
		_, isCritical := parsed.Header["crit"] // says that it must be understood; nothing of it is
		found := current.signers[claims.Subject]
		switch {
		case found == nil:
			refusal.Reason = NoSuchSubject
			return nil, refusal
		case isCritical:
			refusal.Reason = CriticalHeader
		case found.fault != nil:
			refusal.Reason = UnreadableSecret
		default:
			refusal.Reason = from.hindrance(found.Name, found.isActive)
		}
		refusal.Type, refusal.Definition = JWT, found.Name
		if refusal.Reason != "" {
			return nil, refusal
		}
		signer = found
		return found.secret, nil
	})
	switch {
	case refusal.Reason != "":
		return Principal{}, refusal
	case err != nil:
		return refuse(reasonOf(parsed, err))
	case signer.issuer != "" && claims.Issuer != signer.issuer:
		return refuse(OtherIssuer)
	case signer.audience != "" && !slices.Contains(claims.Audience, signer.audience):
		return refuse(OtherAudience)
	}
	principal := signer.Principal
	digest := sha256.Sum256([]byte(token))
	principal.Token = hex.EncodeToString(digest[:])
	principal.Expires = claims.ExpiresAt.UTC()
	return principal, nil
}

// reasonOf is why a token was refused by who has read it.
func reasonOf(parsed *jwt.Token, err error) Reason {
	if parsed != nil && parsed.Method != nil && parsed.Method.Alg() != jwt.SigningMethodHS256.Alg() {
		return OtherAlgorithm
	}
	for _, known := range []struct {
		err    error
		reason Reason
	}{
		{jwt.ErrTokenMalformed, NotAToken},
		{jwt.ErrTokenSignatureInvalid, WrongSignature},
		{jwt.ErrTokenExpired, ExpiredToken},
		{jwt.ErrTokenNotValidYet, TokenOfFuture},
		{jwt.ErrTokenUsedBeforeIssued, TokenOfFuture},
		{jwt.ErrTokenRequiredClaimMissing, NoExpiry},
		{jwt.ErrTokenInvalidClaims, UnreadableClaims},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return UnverifiableToken
}
