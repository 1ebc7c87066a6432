package sso

import (
	"fmt"
	"slices"
)

// SearchCriteria choose users: UserID, else Username, exactly and alone; else
// all that is given of the others.
type SearchCriteria struct {
	UserID   string
	Username string

	// Names are looked for without regard to case, joined by "and", or by
	// "or" where NamesOr is set.
	DisplayName Optional[string]
	FirstName   Optional[string]
	MiddleName  Optional[string]
	LastName    Optional[string]
	NamesOr     bool

	// NamesContain has names match that contain the text, rather than are it.
	NamesContain bool

	Email          Optional[string] // exactly
	SignUpStatus   Optional[string]
	ApprovalStatus Optional[string]

	AllPages bool // one page of everybody
	Page     int  // from 1; 0 is 1
	PageSize int  // 0 is search.default_page_size; search.max_page_size is the most

	problems []string // unknown keys and values of a wrong type
}

// SearchResult is a page of users.
type SearchResult struct {
	Total    int // of all pages
	Pages    int
	PageSize int
	Page     int
	Users    []User // as super-users see them
}

// ToDict returns the result under the names of Zato's SSO.
func (r SearchResult) ToDict() map[string]any {
	users := make([]map[string]any, len(r.Users))
	for i, user := range r.Users {
		users[i] = user.ToDict()
	}
	size, pages := r.PageSize, r.Pages
	if size == 0 { // one page of everybody
		size, pages = r.Total, min(1, r.Total)
	}
	dict := map[string]any{
		"total": r.Total, "num_pages": pages, "page_size": size, "cur_page": r.Page,
		"has_next_page": r.Page < pages, "has_prev_page": r.Page > 1, "next_page": nil, "prev_page": nil, "result": users,
	}
	if r.Page < pages {
		dict["next_page"] = r.Page + 1
	}
	if r.Page > 1 {
		dict["prev_page"] = r.Page - 1
	}
	return dict
}

// SearchFromMap makes criteria of a script's Dict. Unknown keys and values of a
// wrong type are kept, to be refused in their turn.
func SearchFromMap(data map[string]any) SearchCriteria {
	criteria := searchFrom(data, strictReading)
	for key := range data {
		if !slices.Contains(searchKeys, key) {
			criteria.problems = append(criteria.problems, fmt.Sprintf("there is no key %q", printable(key)))
		}
	}
	return criteria
}

// SearchFromJSON makes criteria of a decoded JSON object, as leniently as
// PatchFromJSON does.
func SearchFromJSON(data map[string]any) SearchCriteria { return searchFrom(data, lenientReading) }

var searchKeys = []string{
	"user_id", "username", "display_name", "first_name", "middle_name", "last_name", "name_op", "is_name_exact",
	"email", "sign_up_status", "approval_status", "paginate", "cur_page", "page_size",
}

func searchFrom(data map[string]any, read reading) SearchCriteria {
	var c SearchCriteria
	wrong := func(key string) {
		c.problems = append(c.problems, fmt.Sprintf("%s does not take a %T", key, data[key]))
	}
	for key, dst := range map[string]*string{"user_id": &c.UserID, "username": &c.Username} {
		if !assignOrDefault(dst, data[key], read.text) {
			wrong(key)
		}
	}
	for key, dst := range map[string]*Optional[string]{
		"display_name": &c.DisplayName, "first_name": &c.FirstName, "middle_name": &c.MiddleName, "last_name": &c.LastName,
		"email": &c.Email, "sign_up_status": &c.SignUpStatus, "approval_status": &c.ApprovalStatus,
	} {
		if value := data[key]; value != nil && !assign(dst, value, read.text) {
			wrong(key)
		}
	}
	operator, isExact, paginate := "and", true, true
	if !assignOrDefault(&operator, data["name_op"], read.text) || operator != "and" && operator != "or" {
		c.problems = append(c.problems, "name_op must be and, or or")
	}
	if !assignOrDefault(&isExact, data["is_name_exact"], read.boolean) {
		wrong("is_name_exact")
	}
	if !assignOrDefault(&paginate, data["paginate"], read.boolean) {
		wrong("paginate")
	}
	for key, dst := range map[string]*int{"cur_page": &c.Page, "page_size": &c.PageSize} {
		if !assignOrDefault(dst, data[key], read.days) {
			wrong(key)
		}
	}
	c.NamesOr, c.NamesContain, c.AllPages = operator == "or", !isExact, !paginate
	return c
}

// Problem returns one thing that is wrong with the keys or types of the data
// that the criteria were made of, or nil.
func (c SearchCriteria) Problem() error { return firstProblem(c.problems) }
