package core

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Search finds users for a super-user (section 6 of the specification).
func (c *Core) Search(ctx context.Context, call sso.Call, criteria sso.SearchCriteria) (sso.SearchResult, error) {
	op, err := c.begin(sso.OpSearch, call, true)
	if err != nil {
		return sso.SearchResult{}, op.finish(ctx, hideApp(err, c.cfg.Apps.InformIfAppInvalid), false)
	}
	result, err := op.search(ctx, criteria)
	return result, op.finish(ctx, err, false)
}

func (op *operation) search(ctx context.Context, criteria sso.SearchCriteria) (sso.SearchResult, error) {
	c := op.core
	if _, _, err := op.readAsSuper(ctx, store.Lookup{UST: op.ust}, "search"); err != nil {
		return sso.SearchResult{}, err
	}
	filter, err := c.userFilter(&criteria)
	if err != nil {
		return sso.SearchResult{}, err
	}
	rows, total, err := c.store.FindUsers(ctx, filter)
	if err != nil {
		return sso.SearchResult{}, err
	}
	result := sso.SearchResult{Total: total, Page: criteria.Page, PageSize: criteria.PageSize, Users: make([]sso.User, len(rows))}
	if result.PageSize > 0 {
		result.Pages = (total + result.PageSize - 1) / result.PageSize
	}
	for i, row := range rows {
		result.Users[i] = c.readUser(row, sso.AsSuperUser)
	}
	return result, nil
}

// userFilter makes a filter of criteria, and the criteria's page what it is.
func (c *Core) userFilter(criteria *sso.SearchCriteria) (store.UserFilter, error) {
	if err := criteria.Problem(); err != nil {
		return store.UserFilter{}, refuse(sso.InvalidInput, "%v", err)
	}
	filter := store.UserFilter{NamesOr: criteria.NamesOr}
	switch {
	case criteria.UserID != "":
		filter.UserID = criteria.UserID
	case criteria.Username != "":
		filter.Username = criteria.Username
	default:
		for _, name := range []struct {
			column string
			text   sso.Optional[string]
		}{
			{"display_name", criteria.DisplayName}, {"first_name", criteria.FirstName},
			{"middle_name", criteria.MiddleName}, {"last_name", criteria.LastName},
		} {
			if text, ok := name.text.Get(); ok && text != "" {
				filter.Names = append(filter.Names, store.NameFilter{Column: name.column, Text: text, Contains: criteria.NamesContain})
			}
		}
		if email, ok := criteria.Email.Get(); ok && email != "" {
			filter.EmailDigests = c.emailDigests(email)
		}
		filter.SignUpStatus, _ = criteria.SignUpStatus.Get()
		filter.ApprovalStatus, _ = criteria.ApprovalStatus.Get()
	}
	for _, text := range filter.Texts() {
		if !isPlainText(text) {
			return store.UserFilter{}, refuse(sso.InvalidInput, "what is searched for must be valid UTF-8 without NUL")
		}
	}
	criteria.Page = max(1, criteria.Page)
	if criteria.AllPages {
		criteria.Page, criteria.PageSize = 1, 0
		return filter, nil
	}
	if criteria.PageSize == 0 {
		criteria.PageSize = c.cfg.Search.DefaultPageSize
	}
	criteria.PageSize = min(criteria.PageSize, c.cfg.Search.MaxPageSize)
	filter.Limit, filter.Offset = criteria.PageSize, (criteria.Page-1)*criteria.PageSize
	return filter, nil
}

// emailDigest is what an e-mail in clear is looked up by: a digest that only
// this installation's key makes.
func (c *Core) emailDigest(email string) string { return emailDigest(c.keys.Newest(), email) }

// emailDigests are the digests of an e-mail under every key: while keys are
// rotated, rows have one or the other.
func (c *Core) emailDigests(email string) []string {
	var all []string
	for _, key := range c.keys.Keys() {
		all = append(all, emailDigest(key, email))
	}
	return all
}

func emailDigest(key secret.Key, email string) string {
	mac := hmac.New(sha256.New, key.Derive("e-mail digest"))
	mac.Write([]byte(email))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
