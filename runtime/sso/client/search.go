package client

import (
	"context"
	"iter"

	"gatehouse/runtime/sso"
)

// Page is a page of users that a search has found.
type Page struct {
	Total       int    `json:"total"` // users on all pages
	Pages       int    `json:"num_pages"`
	PageSize    int    `json:"page_size"`
	Number      int    `json:"cur_page"` // from 1
	HasNextPage bool   `json:"has_next_page"`
	Users       []User `json:"result"` // as super-users see them
}

// Search returns a page of the users that criteria choose, for super-users.
func (s *Session) Search(ctx context.Context, criteria sso.SearchCriteria) (Page, error) {
	if err := refuse(opSearchUsers, criteria.Problem()); err != nil {
		return Page{}, err
	}
	in := elements{}
	in.setText("user_id", criteria.UserID)
	in.setText("username", criteria.Username)
	set(in, "display_name", criteria.DisplayName)
	set(in, "first_name", criteria.FirstName)
	set(in, "middle_name", criteria.MiddleName)
	set(in, "last_name", criteria.LastName)
	if criteria.NamesOr {
		in["name_op"] = "or"
	}
	if criteria.NamesContain {
		in["is_name_exact"] = false
	}
	set(in, "email", criteria.Email)
	set(in, "sign_up_status", criteria.SignUpStatus)
	set(in, "approval_status", criteria.ApprovalStatus)
	if criteria.AllPages {
		in["paginate"] = false
	}
	if criteria.Page != 0 {
		in["cur_page"] = criteria.Page
	}
	if criteria.PageSize != 0 {
		in["page_size"] = criteria.PageSize
	}
	var page Page
	err := s.call(ctx, opSearchUsers, in, &page)
	return page, err
}

// SearchAll goes through all users that criteria choose, from the page that they
// name on, and asks for a page when it gets there. An error is the last that it
// yields. Users who come or go meanwhile may move others to a page that was
// there before, or is past.
//
//	for user, err := range session.SearchAll(ctx, criteria) {
//		if err != nil {
//			return err
//		}
//		…
//	}
func (s *Session) SearchAll(ctx context.Context, criteria sso.SearchCriteria) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		criteria := criteria // each time anew
		criteria.Page = max(1, criteria.Page)
		for {
			page, err := s.Search(ctx, criteria)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, user := range page.Users {
				if !yield(user, nil) {
					return
				}
			}
			if !page.HasNextPage {
				return
			}
			criteria.Page++
		}
	}
}
