package security

import (
	"context"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
)

// Reencrypt looks through the secrets of JWT definitions and, where write is
// set, encrypts anew with the newest of keys what another one has encrypted. A
// secret that somebody changes meanwhile is left alone. progress, if not nil, is
// told when it is done.
func (d *Definitions) Reencrypt(ctx context.Context, keys *secret.Keyring, write bool, progress func(secret.Progress)) (secret.Usage, error) {
	var usage secret.Usage
	done := secret.Progress{Table: "gatehouse_jwt"}
	var changes []database.Query
	err := d.read(ctx, func(definition Definition, sealed string) {
		if definition.Type != JWT {
			return
		}
		done.Rows++
		stored, err := keys.OpenStored(sealed)
		if err != nil || !stored.Encrypted {
			usage.Unreadable++
			d.logger.Error("a column cannot be decrypted with the keys of this installation",
				"table", "gatehouse_jwt", "column", "secret", "definition", definition.Name)
			return
		}
		usage.Count(stored.By.ID(), 1)
		if stored.By.Equal(keys.Newest()) {
			return
		}
		changes = append(changes, database.Query{SQL: sqlRenewJWT,
			Args: []any{definition.ID, sealed, keys.Encrypt([]byte(stored.Clear))},
			Affected: func(rows int64) error {
				usage.Changed += rows
				usage.Missed += 1 - rows
				return nil
			}})
	})
	if err != nil {
		return usage, err
	}
	if write && len(changes) > 0 {
		err = d.db.Change(ctx, nil, func() ([]database.Query, error) { return changes, nil })
	}
	if done.Changed = usage.Changed; progress != nil && done.Rows > 0 {
		progress(done)
	}
	return usage, err
}
