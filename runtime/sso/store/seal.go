package store

import (
	"context"
	"fmt"
	"time"

	"gatehouse/runtime/database"
)

// Seal is a row of gatehouse_audit_seal: a link of the chain over the audit.
// What its columns mean is the business of the package chain.
type Seal struct {
	Number  int64 // from 1, without gaps
	Time    time.Time
	Entries int64  // how many it covers
	List    []byte // their IDs and digests
	KeyID   string
	Digest  []byte
}

// SealHead is the one row of gatehouse_audit_head: where the chain begins and
// ends.
type SealHead struct {
	Time    time.Time
	First   int64 // the oldest seal that is kept, or Number+1
	Number  int64 // the newest seal; 0 before the first
	Top     int64 // the highest ID of an entry that was looked at
	Gaps    string
	Sealed  int64  // entries, those that were removed included
	Removed int64  // entries that their age has removed
	Anchor  []byte // digest of the seal before First
	Digest  []byte // of the newest seal
	KeyID   string
	MAC     []byte
}

// sealStatements are the SQL of seals.
type sealStatements struct {
	head, lockHead, updateHead string
	insert, list, remove       string
	unsealed, between          string
	removeEntries              string
	transactions               string // "" where none can be open
	key, addKey                string
}

func newSealStatements(dialect database.Dialect) sealStatements {
	head := "SELECT time, first, number, top, gaps, sealed, removed, anchor, digest, key_id, mac FROM gatehouse_audit_head WHERE id = 1"
	entries := "SELECT " + auditColumns + " FROM gatehouse_audit WHERE "
	sql := sealStatements{
		head: head, lockHead: head,
		updateHead: `UPDATE gatehouse_audit_head SET time = $1, first = $2, number = $3, top = $4, gaps = $5, sealed = $6,
			removed = $7, anchor = $8, digest = $9, key_id = $10, mac = $11 WHERE id = 1`,
		insert: "INSERT INTO gatehouse_audit_seal (number, time, entries, list, key_id, digest) VALUES ($1, $2, $3, $4, $5, $6)",
		list: `SELECT number, time, entries, list, key_id, digest FROM gatehouse_audit_seal
			WHERE number >= $1 AND number <= $2 ORDER BY number LIMIT $3`,
		remove:        "DELETE FROM gatehouse_audit_seal WHERE number = $1",
		unsealed:      entries + "id > (SELECT top FROM gatehouse_audit_head WHERE id = 1) ORDER BY id LIMIT $1",
		between:       entries + "id >= $1 AND id <= $2 ORDER BY id LIMIT $3",
		removeEntries: "DELETE FROM gatehouse_audit WHERE id >= $1 AND id <= $2",
		key:           "SELECT token FROM gatehouse_audit_key WHERE key_id = $1",
		addKey:        "INSERT INTO gatehouse_audit_key (key_id, token) VALUES ($1, $2) ON CONFLICT (key_id) DO NOTHING",
	}
	if dialect == database.PostgreSQL {
		sql.lockHead += " FOR UPDATE SKIP LOCKED"
		sql.transactions = "SELECT txid_snapshot_xmin(txid_current_snapshot()), txid_snapshot_xmax(txid_current_snapshot())"
	}
	return sql
}

func (h *SealHead) columns() []any {
	return []any{&h.Time, &h.First, &h.Number, &h.Top, &h.Gaps, &h.Sealed, &h.Removed, &h.Anchor, &h.Digest, &h.KeyID, &h.MAC}
}

func (h *SealHead) query(sql *statements) database.Query {
	return database.Query{SQL: sql.seals.updateHead, Args: []any{h.Time, h.First, h.Number, h.Top, h.Gaps, h.Sealed, h.Removed,
		notNull(h.Anchor), notNull(h.Digest), h.KeyID, notNull(h.MAC)}}
}

// notNull keeps an empty value from being NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// SealHead returns where the chain begins and ends; false where the row is
// gone.
func (s *Store) SealHead(ctx context.Context) (head SealHead, found bool, err error) {
	err = s.db.Read(ctx, s.readHead(s.sql.seals.head, &head, &found))
	return head, found, err
}

func (s *Store) readHead(sql string, head *SealHead, found *bool) database.Query {
	return database.Query{SQL: sql, Row: func(scan func(...any) error) error {
		*found = true
		return scan(head.columns()...)
	}}
}

// Seals returns up to limit seals from a number to another, in their order.
func (s *Store) Seals(ctx context.Context, from, to int64, limit int) ([]Seal, error) {
	var seals []Seal
	err := s.db.Read(ctx, database.Query{SQL: s.sql.seals.list, Args: []any{from, to, limit},
		Row: func(scan func(...any) error) error {
			var seal Seal
			seals = append(seals, seal)
			last := &seals[len(seals)-1]
			return scan(&last.Number, &last.Time, &last.Entries, &last.List, &last.KeyID, &last.Digest)
		}})
	return seals, err
}

// SealEnds returns, as of one moment, where the chain begins and ends by its
// head, and the lowest and the highest number of the seals that there are; none
// where there are no seals.
func (s *Store) SealEnds(ctx context.Context) (head SealHead, found bool, ends []int64, err error) {
	end := func(sql string) database.Query {
		return database.Query{SQL: sql, Row: func(scan func(...any) error) error {
			var number int64
			err := scan(&number)
			ends = append(ends, number)
			return err
		}}
	}
	err = s.db.Read(ctx, s.readHead(s.sql.seals.head, &head, &found),
		end("SELECT number FROM gatehouse_audit_seal ORDER BY number LIMIT 1"),
		end("SELECT number FROM gatehouse_audit_seal ORDER BY number DESC LIMIT 1"))
	return head, found, ends, err
}

// Unsealed is what is to be sealed, as of one moment.
type Unsealed struct {
	Head    SealHead
	Found   bool         // whether there is a head
	Entries []AuditEntry // above its Top, by ID

	// OldestOpen and NextTransaction number transactions: all those below
	// OldestOpen have ended, and all whose entries could not be seen yet are
	// below NextTransaction. Both are 0 where entries appear in the order of
	// their IDs.
	OldestOpen, NextTransaction int64
}

// Unsealed returns up to limit entries above the top of the chain.
func (s *Store) Unsealed(ctx context.Context, limit int) (Unsealed, error) {
	var u Unsealed
	queries := []database.Query{
		s.readHead(s.sql.seals.head, &u.Head, &u.Found),
		entriesQuery(s.sql.seals.unsealed, &u.Entries, limit),
	}
	err := s.db.Read(ctx, append(queries, s.transactionsQuery(&u.OldestOpen, &u.NextTransaction)...)...)
	return u, err
}

func (s *Store) transactionsQuery(oldestOpen, next *int64) []database.Query {
	if s.sql.seals.transactions == "" {
		return nil
	}
	return []database.Query{{SQL: s.sql.seals.transactions,
		Row: func(scan func(...any) error) error { return scan(oldestOpen, next) }}}
}

func entriesQuery(sql string, into *[]AuditEntry, args ...any) database.Query {
	return database.Query{SQL: sql, Args: args, Row: func(scan func(...any) error) error {
		*into = append(*into, AuditEntry{})
		return scan((*into)[len(*into)-1].columns()...)
	}}
}

// IDs is a range of IDs, both ends included.
type IDs struct{ From, To int64 }

// LateEntries returns up to limit entries of each range, and OldestOpen of the
// same moment.
func (s *Store) LateEntries(ctx context.Context, ranges []IDs, limit int) (entries []AuditEntry, oldestOpen int64, err error) {
	queries := make([]database.Query, 0, len(ranges)+1)
	for _, ids := range ranges {
		queries = append(queries, entriesQuery(s.sql.seals.between, &entries, ids.From, ids.To, limit))
	}
	var next int64
	err = s.db.Read(ctx, append(queries, s.transactionsQuery(&oldestOpen, &next)...)...)
	return entries, oldestOpen, err
}

// AuditBetween returns up to limit entries of a range of IDs, in their order.
func (s *Store) AuditBetween(ctx context.Context, ids IDs, limit int) ([]AuditEntry, error) {
	var entries []AuditEntry
	err := s.db.Read(ctx, entriesQuery(s.sql.seals.between, &entries, ids.From, ids.To, limit))
	return entries, err
}

// CountAudit counts the entries above an ID.
func (s *Store) CountAudit(ctx context.Context, above int64) (n int64, err error) {
	err = s.db.Read(ctx, database.Query{SQL: "SELECT count(*) FROM gatehouse_audit WHERE id > $1", Args: []any{above},
		Row: func(scan func(...any) error) error { return scan(&n) }})
	return n, err
}

// SealKey returns the token of what seals of a key were made with, or "".
func (s *Store) SealKey(ctx context.Context, keyID string) (token string, err error) {
	err = s.db.Read(ctx, database.Query{SQL: s.sql.seals.key, Args: []any{keyID},
		Row: func(scan func(...any) error) error { return scan(&token) }})
	return token, err
}

// SealChange is a step of the chain.
type SealChange struct {
	Head SealHead // as it shall be

	Add    []Seal
	Remove int64 // number of a seal; 0 is none
	Delete []IDs // entries
	Key    string
	Token  string // what seals of Key are made with, kept if it is not yet; "" is none
}

// ChangeSeals makes a step of the chain, unless the head has changed since it
// was read, or somebody else is at work on it: then it reports false. Of hosts
// that try at once, one does.
func (s *Store) ChangeSeals(ctx context.Context, read SealHead, change SealChange) (done bool, err error) {
	var head SealHead
	found := false
	err = s.db.Change(ctx, []database.Query{s.readHead(s.sql.seals.lockHead, &head, &found)}, func() ([]database.Query, error) {
		if !found || string(head.MAC) != string(read.MAC) || head.Number != read.Number || head.First != read.First {
			return nil, nil
		}
		var queries []database.Query
		if change.Token != "" {
			queries = append(queries, database.Query{SQL: s.sql.seals.addKey, Args: []any{change.Key, change.Token}})
		}
		for _, seal := range change.Add {
			queries = append(queries, database.Query{SQL: s.sql.seals.insert,
				Args: []any{seal.Number, seal.Time, seal.Entries, notNull(seal.List), seal.KeyID, notNull(seal.Digest)}})
		}
		for _, ids := range change.Delete {
			queries = append(queries, database.Query{SQL: s.sql.seals.removeEntries, Args: []any{ids.From, ids.To}})
		}
		if change.Remove != 0 {
			queries = append(queries, database.Query{SQL: s.sql.seals.remove, Args: []any{change.Remove}})
		}
		done = true
		return append(queries, change.Head.query(&s.sql)), nil
	})
	if err != nil {
		return false, fmt.Errorf("the chain of the audit: %w", err)
	}
	return done, nil
}

// PutSealHead writes a head whatever is there, and what seals of its key are
// made with.
func (s *Store) PutSealHead(ctx context.Context, head SealHead, key, token string) error {
	return s.db.Change(ctx, nil, func() ([]database.Query, error) {
		return []database.Query{
			{SQL: s.sql.seals.addKey, Args: []any{key, token}},
			{SQL: "DELETE FROM gatehouse_audit_head"},
			{SQL: `INSERT INTO gatehouse_audit_head (time, first, number, top, gaps, sealed, removed, anchor, digest, key_id, mac, id)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`, Args: head.query(&s.sql).Args},
		}, nil
	})
}
