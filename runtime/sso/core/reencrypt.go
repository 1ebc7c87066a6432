package core

import (
	"context"
	"encoding/json"
	"time"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso/chain"
	"gatehouse/runtime/sso/store"
)

// reencryptBatch is how many rows are encrypted anew in one transaction.
const reencryptBatch = 200

// renewed is what became of a value.
type renewed struct {
	value *string // as it is to be stored
	key   string  // ID of the key that had encrypted it; "" where none had
}

// renewal encrypts the values of a row anew, where they need it. unreadable
// tells of values that no key has made: they stay as they are.
type renewal func(keys *secret.Keyring, values []*string) (all []renewed, unreadable []int)

// Reencrypt looks through all that is stored encrypted and, where write is set,
// encrypts anew with the newest of keys what another one has encrypted. The
// rows of calls in between are left alone: another time finds them. progress,
// if not nil, is told of each step.
func (c *Core) Reencrypt(ctx context.Context, keys *secret.Keyring, write bool, progress func(secret.Progress)) (secret.Usage, error) {
	var total secret.Usage
	for _, one := range []struct {
		table store.EncryptedTable
		renew renewal
	}{
		{store.EncryptedUsers, renewUser},
		{store.EncryptedAttributes, each(renewAttribute)},
		{store.EncryptedResets, each(renewStored)},
		{store.EncryptedSealKeys, each(renewSealKey)},
		{store.EncryptedSecrets, each(renewStored)},
	} {
		usage, err := c.reencryptTable(ctx, keys, one.table, one.renew, write, progress)
		total.Add(usage)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (c *Core) reencryptTable(ctx context.Context, keys *secret.Keyring, table store.EncryptedTable, renew renewal,
	write bool, progress func(secret.Progress)) (usage secret.Usage, err error) {

	newest := keys.Newest().ID()
	done := secret.Progress{Table: table.Name}
	for above := ""; ; {
		rows, err := c.store.EncryptedRows(ctx, table, above, reencryptBatch)
		if err != nil || len(rows) == 0 {
			return usage, err
		}
		above = rows[len(rows)-1].Key
		var changes []store.Reencryption
		for _, row := range rows {
			values, unreadable := renew(keys, row.Values)
			for _, i := range unreadable {
				usage.Unreadable++
				c.logger.Error("a column cannot be decrypted with the keys of this installation",
					"table", table.Name, "column", table.Columns[i], "row", row.Key)
			}
			change := store.Reencryption{Old: row, New: make([]*string, len(values))}
			changed := false
			for i, value := range values {
				change.New[i] = value.value
				if value.key != "" {
					usage.Count(value.key, 1)
					changed = changed || value.key != newest
				}
			}
			if changed {
				changes = append(changes, change)
			}
		}
		if write && len(changes) > 0 {
			written, err := c.store.Reencrypt(ctx, table, changes)
			if err != nil {
				return usage, err
			}
			usage.Changed += written
			usage.Missed += int64(len(changes)) - written
			done.Changed += written
		}
		if done.Rows += int64(len(rows)); progress != nil {
			progress(done)
		}
	}
}

// each makes a renewal of one that takes a value.
func each(renew func(keys *secret.Keyring, value string) (renewed, error)) renewal {
	return func(keys *secret.Keyring, values []*string) (all []renewed, unreadable []int) {
		all = make([]renewed, len(values))
		for i, value := range values {
			all[i].value = value
			if value == nil {
				continue
			}
			one, err := renew(keys, *value)
			if err != nil {
				unreadable = append(unreadable, i)
				continue
			}
			all[i] = one
		}
		return all, unreadable
	}
}

// renewStored encrypts a column anew, unless it is in clear or the newest key
// has encrypted it.
func renewStored(keys *secret.Keyring, value string) (renewed, error) {
	stored, err := keys.OpenStored(value)
	if err != nil || !stored.Encrypted {
		return renewed{value: &value}, err
	}
	if key := stored.By; key.Equal(keys.Newest()) {
		return renewed{&value, key.ID()}, nil
	}
	token := keys.Encrypt([]byte(stored.Clear))
	return renewed{&token, stored.By.ID()}, nil
}

// renewAttribute is renewStored for the JSON string of a token.
func renewAttribute(keys *secret.Keyring, value string) (renewed, error) {
	var token string
	if json.Unmarshal([]byte(value), &token) != nil {
		return renewed{value: &value}, nil // it is read as it is, too
	}
	one, err := renewStored(keys, token)
	if err != nil || one.key == "" || *one.value == token {
		one.value = &value
		return one, err
	}
	text, err := encodeJSON(*one.value)
	one.value = &text
	return one, err
}

func renewSealKey(keys *secret.Keyring, value string) (renewed, error) {
	token, key, err := chain.RenewKept(keys, value)
	return renewed{&token, key}, err
}

// renewUser encrypts the columns of a user anew, the last of which is the
// digest of the e-mail: it is of the newest key, too, and counts as encrypted.
func renewUser(keys *secret.Keyring, values []*string) (all []renewed, unreadable []int) {
	last := len(values) - 1
	all, unreadable = each(renewStored)(keys, values[:last])
	digest := renewed{value: values[last]}
	if email := values[emailColumn]; email != nil {
		stored, err := keys.OpenStored(*email)
		if err != nil {
			return append(all, digest), unreadable
		}
		wanted := emailDigest(keys.Newest(), stored.Clear)
		digest = renewed{&wanted, digestKey(keys, stored.Clear, values[last])}
	}
	return append(all, digest), unreadable
}

// emailColumn is the place of the e-mail in store.EncryptedUsers.
const emailColumn = 1

// digestKey returns the ID of the key that a digest was made with; "unknown"
// where none of them has, or there is none yet.
func digestKey(keys *secret.Keyring, email string, digest *string) string {
	for _, key := range keys.Keys() {
		if digest != nil && emailDigest(key, email) == *digest {
			return key.ID()
		}
	}
	return "unknown"
}

// Held counts what clients hold that was encrypted before a time: USTs of
// sessions that are open, and reset keys. It tells when the last of it ends.
func (c *Core) Held(ctx context.Context, before time.Time) (held int64, until time.Time, err error) {
	now := c.now()
	if before.IsZero() {
		before = now
	}
	return c.store.Held(ctx, before, now)
}

// sameStored reports whether two values of a column are the same but for being
// encrypted anew.
func (c *Core) sameStored(a, b string) bool {
	if a == b {
		return true
	}
	first, err := c.keys.DecryptStored(a)
	if err != nil {
		return false
	}
	second, err := c.keys.DecryptStored(b)
	return err == nil && first == second
}
