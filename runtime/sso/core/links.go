package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Definitions are the security definitions that users can be linked to.
type Definitions interface {
	// Usernames returns the usernames of all definitions of a type, such as
	// sso.AuthBasic, by their numbers, which are never used twice.
	Usernames(ctx context.Context, authType string) (map[int64]string, error)

	// Hold returns a query for a transaction that opens a session: until it
	// ends, nobody changes or deletes the definition. It sets unchanged if the
	// definition still is what it was when it let a caller in, which updated
	// tells.
	Hold(authType string, id int64, updated time.Time, unchanged *bool) database.Query
}

// authTypes are the types of definitions, and what links call them in the
// database.
var authTypes = map[string]string{sso.AuthBasic: "zato.basic_auth", sso.AuthJWT: "zato.jwt"}

// usernames returns those of all definitions of a type.
func (c *Core) usernames(ctx context.Context, authType string) (map[int64]string, error) {
	if c.definitions == nil {
		return nil, nil
	}
	usernames, err := c.definitions.Usernames(ctx, authType)
	if err != nil {
		return nil, fmt.Errorf("the security definitions: %w", err)
	}
	return usernames, nil
}

// findDefinition returns what a link to a definition looks up. One that there
// is none of is a refusal.
func (c *Core) findDefinition(ctx context.Context, authType, username string) (*store.LinkLookup, error) {
	stored, known := authTypes[authType]
	if !known {
		return nil, noDefinition("auth_type must be %s or %s", sso.AuthBasic, sso.AuthJWT)
	}
	usernames, err := c.usernames(ctx, authType)
	if err != nil {
		return nil, err
	}
	for id, found := range usernames {
		if found == username {
			return &store.LinkLookup{AuthType: stored, AuthID: id}, nil
		}
	}
	return nil, noDefinition("there is no security definition of this type and username")
}

func noDefinition(format string, args ...any) *refusal {
	refused := refuse(sso.InvalidInput, format, args...)
	refused.err = sso.ErrNoSuchDefinition
	return refused
}

// isRefusal tells a decision against a call from a failure.
func isRefusal(err error) bool {
	var refused *refusal
	return errors.As(err, &refused)
}

// UserByLinkedAuth returns the user that a definition is linked to, to himself
// or to a super-user.
func (c *Core) UserByLinkedAuth(ctx context.Context, call sso.Call, authType, authUsername string, allAttributes bool) (sso.User, error) {
	op, err := c.begin(sso.OpGetUserByLinkedAuth, call, true)
	if err != nil {
		return sso.User{}, op.finish(ctx, err, false)
	}
	found, err := op.userByLinkedAuth(ctx, authType, authUsername)
	if err := op.finish(ctx, err, false); err != nil {
		return sso.User{}, err
	}
	reader := sso.AsSuperUser
	if allAttributes || found.Caller != nil {
		reader = readerFor(found.Caller, allAttributes)
	}
	return c.readUser(found.Target, reader), nil
}

func (op *operation) userByLinkedAuth(ctx context.Context, authType, authUsername string) (store.Found, error) {
	c := op.core
	definition, unknown := c.findDefinition(ctx, authType, authUsername)
	if unknown != nil && !isRefusal(unknown) {
		return store.Found{}, unknown
	}
	lookup := store.Lookup{UST: op.ust}
	if definition != nil {
		definition.IsTarget = true
		lookup.Links = definition
	}
	found, _, err := op.readAllowed(ctx, lookup)
	switch {
	case err != nil:
		return found, err
	case !isSuper(found, op.call) && (found.Target == nil || found.Target.PK != found.Caller.PK):
		return found, refuse(sso.NotAllowed, "only super-users may look for users by the definitions of others")
	case unknown != nil:
		return found, unknown
	case found.Target == nil:
		return found, refuse(sso.InvalidInput, "no user is linked to this definition")
	}
	return found, nil
}

// LinkedAuth lists the links of a user, the caller where the ID is empty. Links
// to definitions that are not of this installation, such as those of a database
// that Zato made, have no username.
func (c *Core) LinkedAuth(ctx context.Context, call sso.Call, userID string) ([]sso.LinkedAuth, error) {
	op, err := c.begin(sso.OpGetLinkedAuthList, call, true)
	if err != nil {
		return nil, op.finish(ctx, err, false)
	}
	links, err := op.links(ctx, userID)
	return links, op.finish(ctx, err, false)
}

func (op *operation) links(ctx context.Context, userID string) ([]sso.LinkedAuth, error) {
	c := op.core
	lookup := op.targetOrSelf(userID)
	if lookup.TargetSelf || lookup.UserID != "" {
		lookup.Links = &store.LinkLookup{}
	}
	found, _, err := op.readAllowed(ctx, lookup)
	switch {
	case err != nil:
		return nil, err
	case !isOwn(found) && !isSuper(found, op.call):
		return nil, refuse(sso.NotAllowed, "only super-users may list the links of others")
	case found.Target == nil:
		return nil, refuse(sso.InvalidInput, "there is no user with this ID")
	}
	usernames := map[string]map[int64]string{}
	links := make([]sso.LinkedAuth, len(found.Links))
	for i, row := range found.Links {
		authType := strings.TrimPrefix(row.AuthType, "zato.")
		if usernames[authType] == nil {
			if usernames[authType], err = c.usernames(ctx, authType); err != nil {
				return nil, err
			}
		}
		links[i] = sso.LinkedAuth{IsActive: row.IsActive, CreationTime: row.CreationTime, AuthType: authType}
		if row.AuthID != nil {
			if username, known := usernames[authType][*row.AuthID]; known {
				links[i].AuthUsername = &username
			}
		}
	}
	return links, nil
}

// CreateLinkedAuth links a user to a definition, on behalf of a super-user. As
// who authenticates by a definition is one user, it can have active links to
// one only.
func (c *Core) CreateLinkedAuth(ctx context.Context, call sso.Call, link sso.NewLink) error {
	return c.changeLinks(ctx, sso.OpCreateLinkedAuth, call, link, func(op *operation, found store.Found, definition store.LinkLookup, now time.Time) ([]store.Change, error) {
		for _, row := range found.Links {
			switch {
			case row.UserID == found.Target.UserID:
				return nil, refuse(sso.InvalidInput, "the user is linked to this definition already")
			case row.IsActive && link.IsActive:
				return nil, refuse(sso.InvalidInput, "another user is linked to this definition")
			}
		}
		op.entry.Keys = "auth_type,auth_username,is_active"
		op.entry.Changes = linkChanges(link.AuthType, nil, link.IsActive)
		return []store.Change{store.InsertLink{Link: &store.Link{UserID: found.Target.UserID, IsActive: link.IsActive,
			CreationTime: now, AuthType: definition.AuthType, AuthID: &definition.AuthID}}}, nil
	})
}

// DeleteLinkedAuth deletes a link, on behalf of a super-user, and ends the
// sessions that it has opened.
func (c *Core) DeleteLinkedAuth(ctx context.Context, call sso.Call, userID, authType, authUsername string) error {
	link := sso.NewLink{UserID: userID, AuthType: authType, AuthUsername: authUsername}
	return c.changeLinks(ctx, sso.OpDeleteLinkedAuth, call, link, func(op *operation, found store.Found, definition store.LinkLookup, _ time.Time) ([]store.Change, error) {
		for _, row := range found.Links {
			if row.UserID != found.Target.UserID {
				continue
			}
			op.entry.Keys = "auth_type,auth_username,is_active"
			op.entry.Changes = linkChanges(authType, row.IsActive, nil)
			return []store.Change{store.DeleteLink{PK: row.PK},
				store.EndExternalSessions{UserPK: found.Target.PK, Key: externalID(sso.ExternalAuth{Type: authType, ID: definition.AuthID})}}, nil
		}
		return nil, refuse(sso.InvalidInput, "the user is not linked to this definition")
	})
}

// EndExternalSessions returns what ends the sessions that a definition has
// opened, in the transaction that changes or deletes it, with an audit entry for
// each user who had one: queries that read and lock, and a function that is
// called when they have run, for those that write.
func (c *Core) EndExternalSessions(call sso.Call, authType string, id int64) (load []database.Query, end func() []database.Query) {
	key, now := externalID(sso.ExternalAuth{Type: authType, ID: id}), c.now()
	return c.store.EndOpened(key, func(userID string) *store.AuditEntry {
		entry := newEntry(sso.OpEndExternalSessions, call)
		entry.Time, entry.Target, entry.Result = now, userID, store.ResultOK
		entry.Keys, entry.Changes = "ext_session_id", jsonText(map[string][2]any{"ext_session_id": {key, nil}})
		return &entry
	})
}

// linkChanges is what the audit keeps of a link: the type of its definition,
// and whether it was and is active.
func linkChanges(authType string, before, after any) string {
	types := [2]any{nil, authType}
	if after == nil {
		types = [2]any{authType, nil}
	}
	return jsonText(map[string][2]any{"auth_type": types, "is_active": {before, after}})
}

// changeLinks runs a decision of a super-user's over the links of a definition.
func (c *Core) changeLinks(ctx context.Context, name string, call sso.Call, link sso.NewLink,
	decide func(*operation, store.Found, store.LinkLookup, time.Time) ([]store.Change, error)) error {

	op, err := c.begin(name, call, true)
	if err != nil {
		return op.finish(ctx, err, false)
	}
	definition, unknown := c.findDefinition(ctx, link.AuthType, link.AuthUsername)
	if unknown != nil && !isRefusal(unknown) {
		return op.finish(ctx, unknown, false)
	}
	lookup := targetByID(link.UserID)(op.ust)
	lookup.Links = definition
	err = op.change(ctx, lookup, func(found store.Found, now time.Time) ([]store.Change, error) {
		if err := c.authorize(found, call, now); err != nil {
			return nil, err
		}
		switch {
		case !isSuper(found, call):
			return nil, refuse(sso.NotAllowed, "only super-users may link users")
		case link.UserID == "":
			return nil, errNoUser
		case link.Problem() != nil:
			return nil, refuse(sso.InvalidInput, "%v", link.Problem())
		case unknown != nil:
			return nil, unknown
		case found.Target == nil:
			return nil, refuse(sso.InvalidInput, "there is no user with this ID")
		}
		return decide(op, found, *definition, now)
	})
	err = op.finish(ctx, err, true)
	c.externals.forget()
	return err
}
