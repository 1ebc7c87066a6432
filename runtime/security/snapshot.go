package security

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/runtime/database"
)

// loadLimit bounds one reading of the definitions.
const loadLimit = 5 * time.Second

// snapshot is a copy of the definitions. It never changes.
type snapshot struct {
	byUsername map[string]*stored    // of Basic Auth
	signers    map[string]*storedJWT // of JWT, by username
	usernames  map[string]map[int64]string
	begun      time.Time // when it began to be read
	changes    int64     // of this process that it surely has
}

// stored is a Basic Auth definition.
type stored struct {
	Principal
	isActive bool
	hash     string
}

// hindrance is why a definition lets nobody in who is to be let in by those of
// some names; "" is nothing.
func (c *Client) hindrance(name string, isActive bool) Reason {
	switch {
	case len(c.Definitions) > 0 && !slices.Contains(c.Definitions, name):
		return NotListed
	case !isActive:
		return SwitchedOff
	}
	return ""
}

// current returns a snapshot that is no older than the refresh time, or was
// read after the call began.
func (d *Definitions) current(ctx context.Context) (*snapshot, error) {
	called := time.Now()
	for {
		held, changes := d.snapshot.Load(), d.changes.Load()
		if held != nil && held.changes == changes &&
			(time.Since(held.begun) < d.refresh || !held.begun.Before(called)) {
			return held, nil
		}
		// The reading is everybody's: it does not end with this call.
		loading := d.loads.DoChan("", func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadLimit)
			defer cancel()
			return nil, d.load(ctx)
		})
		select {
		case loaded := <-loading:
			if loaded.Err != nil {
				return nil, loaded.Err
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("security definitions: %w", ctx.Err())
		}
	}
}

func (d *Definitions) load(ctx context.Context) error {
	made := &snapshot{
		byUsername: map[string]*stored{},
		signers:    map[string]*storedJWT{},
		usernames:  map[string]map[int64]string{BasicAuth: {}, JWT: {}},
		begun:      time.Now(),
		changes:    d.changes.Load(),
	}
	err := d.read(ctx, func(definition Definition, hidden string) {
		made.usernames[definition.Type][definition.ID] = definition.Username
		principal := Principal{Type: definition.Type, ID: definition.ID, Name: definition.Name, Username: definition.Username,
			Updated: definition.Updated}
		if definition.Type == BasicAuth {
			made.byUsername[definition.Username] = &stored{Principal: principal, isActive: definition.IsActive, hash: hidden}
			return
		}
		signer := &storedJWT{Principal: principal, isActive: definition.IsActive, issuer: definition.Issuer, audience: definition.Audience}
		signer.secret, signer.fault = d.openSecret(hidden)
		made.signers[definition.Username] = signer
	})
	if err == nil {
		d.watched.tell(made)
		d.snapshot.Store(made)
	}
	return err
}

// read calls row for every definition, those of Basic Auth first, by name, with
// its hash or its encrypted secret.
func (d *Definitions) read(ctx context.Context, row func(definition Definition, hidden string)) error {
	basic := database.Query{SQL: sqlAll, Row: func(scan func(...any) error) error {
		definition := Definition{Type: BasicAuth}
		var hash string
		err := scan(&definition.ID, &definition.Name, &definition.Username, &hash,
			&definition.IsActive, &definition.Created, &definition.Updated)
		if err == nil {
			row(definition, hash)
		}
		return err
	}}
	tokens := database.Query{SQL: sqlAllJWT, Row: func(scan func(...any) error) error {
		definition := Definition{Type: JWT}
		var sealed string
		err := scan(&definition.ID, &definition.Name, &definition.Username, &sealed, &definition.Issuer, &definition.Audience,
			&definition.IsActive, &definition.Created, &definition.Updated)
		if err == nil {
			row(definition, sealed)
		}
		return err
	}}
	if err := d.db.Read(ctx, basic, tokens); err != nil {
		return fmt.Errorf("security definitions: %w", err)
	}
	return nil
}
