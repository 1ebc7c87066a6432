package security

import (
	"context"
	"fmt"
	"time"

	"gatehouse/runtime/database"
)

// loadLimit bounds one reading of the definitions.
const loadLimit = 5 * time.Second

// snapshot is a copy of the active definitions. It never changes.
type snapshot struct {
	byUsername map[string]*stored
	begun      time.Time // when it began to be read
	changes    int64     // of this process that it surely has
}

type stored struct {
	Principal
	hash string
}

// find returns a definition by its username and, unless empty, its name.
func (s *snapshot) find(name, username string) *stored {
	found := s.byUsername[username]
	if found == nil || name != "" && found.Name != name {
		return nil
	}
	return found
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
		begun:      time.Now(),
		changes:    d.changes.Load(),
	}
	err := d.read(ctx, func(definition Definition, hash string) {
		if definition.IsActive {
			made.byUsername[definition.Username] = &stored{
				Principal: Principal{ID: definition.ID, Name: definition.Name, Username: definition.Username},
				hash:      hash,
			}
		}
	})
	if err == nil {
		d.snapshot.Store(made)
	}
	return err
}

// read calls row for every definition, by name.
func (d *Definitions) read(ctx context.Context, row func(definition Definition, hash string)) error {
	err := d.db.Read(ctx, database.Query{SQL: sqlAll, Row: func(scan func(...any) error) error {
		var definition Definition
		var hash string
		err := scan(&definition.ID, &definition.Name, &definition.Username, &hash,
			&definition.IsActive, &definition.Created, &definition.Updated)
		if err == nil {
			row(definition, hash)
		}
		return err
	}})
	if err != nil {
		return fmt.Errorf("security definitions: %w", err)
	}
	return nil
}
