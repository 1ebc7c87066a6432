package store

import (
	"time"

	"gatehouse/runtime/database"
)

// Attribute is a row of zato_sso_attr. A nil pointer is NULL.
type Attribute struct {
	PK             int64 // the column id
	CreationTime   time.Time
	LastModified   *time.Time
	ExpirationTime *time.Time
	IsSession      bool // else it is the user's
	IsEncrypted    bool
	Name           string
	Value          *string // JSON; of encrypted ones the JSON string of a token
	UserID         string  // of the owner
	UST            *string // in clear, of a session's attribute
}

// AttributeLookup names attributes of the target of a Lookup: those of its
// session where that names one, else those of the user.
type AttributeLookup struct {
	Names []string // all, if there are none
}

const attributeColumns = `a.id, a.creation_time, a.last_modified, a.expiration_time, a.is_session_attr, a.is_encrypted, a.name, a.value, a.user_id, a.ust`

func (a *Attribute) columns() []any {
	return []any{&a.PK, &a.CreationTime, &a.LastModified, &a.ExpirationTime, &a.IsSession, &a.IsEncrypted, &a.Name, &a.Value, &a.UserID, &a.UST}
}

// attributeStatements read attributes, one by its name or all.
type attributeStatements struct {
	ofUserID, ofUST, ofSession string
}

func newAttributeStatements(condition string) attributeStatements {
	from := `SELECT ` + attributeColumns + ` FROM zato_sso_attr a WHERE `
	return attributeStatements{
		ofUserID: from + `a.user_id = $1 AND NOT a.is_session_attr` + condition,
		ofUST: from + `a.user_id = (SELECT u.user_id FROM zato_sso_session s JOIN zato_sso_user u ON u.id = s.user_id WHERE s.ust = $1)
			AND NOT a.is_session_attr` + condition,
		ofSession: from + `a.ust = $1 AND a.is_session_attr` + condition,
	}
}

// attributeQueries reads what a lookup names of its target.
func (s *Store) attributeQueries(lookup Lookup, found *Found) []database.Query {
	if lookup.Attributes == nil {
		return nil
	}
	of := func(statements attributeStatements) (sql, owner string) {
		switch {
		case lookup.TargetUST != "":
			return statements.ofSession, lookup.TargetUST
		case lookup.TargetSelf:
			return statements.ofUST, lookup.UST
		}
		return statements.ofUserID, lookup.UserID
	}
	row := func(scan func(...any) error) error {
		attribute := new(Attribute)
		found.Attributes = append(found.Attributes, attribute)
		return scan(attribute.columns()...)
	}
	if len(lookup.Attributes.Names) == 0 {
		sql, owner := of(s.sql.allAttributes)
		return []database.Query{{SQL: sql, Args: []any{owner}, Row: row}}
	}
	sql, owner := of(s.sql.attribute)
	queries := make([]database.Query, len(lookup.Attributes.Names))
	for i, name := range lookup.Attributes.Names {
		queries[i] = database.Query{SQL: sql, Args: []any{owner, name}, Row: row}
	}
	return queries
}

// InsertAttribute adds an attribute.
type InsertAttribute struct{ Attribute *Attribute }

// UpdateAttribute writes an attribute's value, times and encryption. The row
// must come from the Lookup of the same Change.
type UpdateAttribute struct{ Attribute *Attribute }

// DeleteAttribute deletes an attribute.
type DeleteAttribute struct{ PK int64 }

func (c InsertAttribute) query(sql *statements) database.Query {
	a := c.Attribute
	ust := ""
	if a.UST != nil {
		ust = *a.UST
	}
	return database.Query{SQL: sql.insertAttribute, Args: []any{
		a.CreationTime, a.LastModified, a.ExpirationTime, a.IsSession, a.IsEncrypted, a.Name, a.Value, ust, a.UserID, a.UST,
	}}
}

func (c UpdateAttribute) query(sql *statements) database.Query {
	a := c.Attribute
	return database.Query{SQL: sql.updateAttribute, Args: []any{a.PK, a.CreationTime, a.LastModified, a.ExpirationTime, a.IsEncrypted, a.Value}}
}

func (c DeleteAttribute) query(sql *statements) database.Query {
	return database.Query{SQL: sql.deleteAttribute, Args: []any{c.PK}}
}
