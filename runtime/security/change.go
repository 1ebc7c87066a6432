package security

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/runtime/database"
)

// Sessions are what definitions have opened for those they let in, beyond the
// call at hand.
type Sessions interface {
	// EndSessions returns what ends those of a definition, in the transaction
	// that changes or deletes it: queries that read and lock, and a function that
	// is called when they have run, for those that write.
	EndSessions(kind string, id int64) (load []database.Query, end func() []database.Query)
}

// SetSessions names what ends when a definition is changed, switched off or
// deleted. It is called before that happens, or not at all.
func (d *Definitions) SetSessions(sessions Sessions) { d.sessions = sessions }

// Hold returns a query for a transaction that opens a session by a definition:
// until it ends, nobody changes the definition. It sets unchanged if the
// definition is there, active, and as it was when it let a caller in, which
// Principal.Updated tells.
func (d *Definitions) Hold(kind string, id int64, updated time.Time, unchanged *bool) database.Query {
	return database.Query{SQL: holdStatement(d.db.Dialect(), kind), Args: []any{id, updated},
		Row: func(scan func(...any) error) error {
			var found int64
			err := scan(&found)
			*unchanged = err == nil
			return err
		}}
}

// errChanged ends a change of a definition that another one has overtaken.
var errChanged = errors.New("it was changed at the same time: try again")

// changeTries bounds how often a change is tried that others get in the way of.
const changeTries = 5

// alter changes a definition or makes one, by the statement that it is given for
// what is there (nil if nothing is), and ends what the definition has opened
// before. A statement without SQL changes nothing.
func (d *Definitions) alter(ctx context.Context, kind, name string, statement func(before *Definition) (database.Query, error)) error {
	return d.retry(name, func() error {
		before, err := d.find(ctx, kind, name)
		if err != nil {
			return err
		}
		query, err := statement(before)
		if err != nil || query.SQL == "" {
			return err
		}
		if before == nil {
			return d.db.Change(ctx, nil, func() ([]database.Query, error) { return []database.Query{query}, nil })
		}
		isThere := false
		load := []database.Query{{SQL: lockStatement(d.db.Dialect(), kind), Args: []any{before.ID},
			Row: func(scan func(...any) error) error {
				isThere = true
				var id int64
				return scan(&id)
			}}}
		end := func() []database.Query { return nil }
		if d.sessions != nil {
			var more []database.Query
			more, end = d.sessions.EndSessions(kind, before.ID)
			load = append(load, more...)
		}
		return d.db.Change(ctx, load, func() ([]database.Query, error) {
			if !isThere {
				return nil, errChanged
			}
			return append([]database.Query{query}, end()...), nil
		})
	})
}

// retry makes a change of a definition, and again where that may help.
func (d *Definitions) retry(name string, change func() error) (err error) {
	defer d.changes.Add(1) // whatever the outcome: it may be unknown
	for range changeTries {
		err = change()
		// A duplicate may be the same definition, just made by another host.
		if !errors.Is(err, errChanged) && !database.IsKind(err, database.Conflict) && !database.IsKind(err, database.Duplicate) {
			break
		}
	}
	switch {
	case err == nil, errors.Is(err, ErrInvalid), errors.Is(err, ErrNotFound):
		return err
	case database.IsKind(err, database.Duplicate):
		err = ErrUsernameTaken
	}
	return fmt.Errorf("security definition %s: %w", name, err)
}

// find reads a definition; nil where there is none.
func (d *Definitions) find(ctx context.Context, kind, name string) (found *Definition, err error) {
	err = d.read(ctx, func(definition Definition, _ string) {
		if definition.Type == kind && definition.Name == name {
			found = &definition
		}
	})
	return found, err
}

// next is when a change is made, for the column updated: never as before, for
// that tells one state of a definition from another.
func next(before *Definition) time.Time {
	now := database.Timestamp(time.Now())
	if before != nil && !now.After(before.Updated) {
		return before.Updated.Add(time.Microsecond)
	}
	return now
}
