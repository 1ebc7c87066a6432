package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// leaving is a database whose reader leaves when the first row comes.
type leaving struct{ database.DB }

func (l leaving) Read(ctx context.Context, queries ...database.Query) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	for i := range queries {
		row := queries[i].Row
		queries[i].Row = func(scan func(...any) error) error {
			leave()
			return row(scan)
		}
	}
	return l.DB.Read(ctx, queries...)
}

// TestReadingAllAttributesCanBeLeft as there may be any number. On PostgreSQL no
// read is carried through, and how much of it is on its way already is the server's.
func TestReadingAllAttributesCanBeLeft(t *testing.T) {
	ssotest.Databases(t, func(t *testing.T, db database.DB) {
		if db.Dialect() != database.SQLite {
			return
		}
		s := store.New(db)
		user := add(t, s, newUser())
		never := database.Timestamp(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC))
		var changes []store.Change
		for i := range 600 {
			changes = append(changes, store.InsertAttribute{Attribute: &store.Attribute{Name: fmt.Sprint(i), UserID: user.UserID,
				CreationTime: database.Timestamp(time.Now()), ExpirationTime: &never, Value: pointer("1")}})
		}
		write(t, s, changes...)
		if found := find(t, s, store.Lookup{UserID: user.UserID, Attributes: &store.AttributeLookup{}}); len(found.Attributes) != 600 {
			t.Fatalf("%d attributes", len(found.Attributes))
		}
		_, err := store.New(leaving{db}).Read(t.Context(), store.Lookup{UserID: user.UserID, Attributes: &store.AttributeLookup{}})
		if !database.IsKind(err, database.Cancelled) {
			t.Errorf("all: %v, want kind Cancelled", err)
		}
		// Of those that are named there are few, which are read to the end.
		if _, err := store.New(leaving{db}).Read(t.Context(), store.Lookup{UserID: user.UserID, Attributes: &store.AttributeLookup{Names: []string{"1"}}}); err != nil {
			t.Errorf("one: %v", err)
		}
	})
}
