package core

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
)

const (
	// throttleSecret is the name under which the key of digests is kept.
	throttleSecret = "throttle"

	// throttleText begins what its token decrypts to, so that no other token is
	// taken for it.
	throttleText = "gatehouse throttle key "

	throttleKeySize = 32
)

// throttleKey returns the key of the digests that guesses are counted under. It
// is one that was made at random and is kept in the database, encrypted: hosts
// count together whatever keys of the installation they began with, and a
// rotation encrypts it anew rather than replaces it.
//
// One that cannot be read is replaced: what was counted is forgotten, which is
// better than a host that does not start. A host that has the wrong keys is
// refused otherwise.
func throttleKey(ctx context.Context, o *Options) ([]byte, error) {
	made := make([]byte, throttleKeySize)
	_, _ = rand.Read(made) // never fails: it ends the process instead
	offered := o.Keys.Encrypt([]byte(throttleText + base64.StdEncoding.EncodeToString(made)))
	for range 2 {
		token, err := o.Store.Secret(ctx, throttleSecret, offered)
		if err != nil {
			return nil, err
		}
		if key, ok := openThrottleKey(o, token); ok {
			return key, nil
		}
		o.Logger.Warn("what wrong guesses are counted under cannot be read with the keys of this installation: it is made anew, and counts begin anew",
			"table", "gatehouse_sso_secret", "name", throttleSecret)
		if err := o.Store.ReplaceSecret(ctx, throttleSecret, token, offered); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("another host replaces it with one that this host cannot read: the hosts of a database need the same keys")
}

func openThrottleKey(o *Options, token string) ([]byte, bool) {
	clear, err := o.Keys.Decrypt(token)
	if err != nil {
		return nil, false
	}
	encoded, ok := strings.CutPrefix(string(clear), throttleText)
	key, err := base64.StdEncoding.DecodeString(encoded)
	return key, ok && err == nil && len(key) == throttleKeySize
}
