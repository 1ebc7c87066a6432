package sso

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
	PageSize int  // 0 is sso.search.default_page_size; sso.search.max_page_size is the most

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

// KeysOfSearch lists the keys that criteria are made of.
func KeysOfSearch() []Key { return keysOf(new(SearchCriteria).fields()) }

// SearchFromMap makes criteria of a script's Dict. Unknown keys and values of a
// wrong type are kept, to be refused in their turn.
func SearchFromMap(data map[string]any) SearchCriteria {
	criteria := searchFrom(data, strictReading)
	criteria.problems = append(criteria.problems, unknownKeys(criteria.fields(), data)...)
	return criteria
}

// SearchFromJSON makes criteria of a decoded JSON object, as leniently as
// PatchFromJSON does.
func SearchFromJSON(data map[string]any) SearchCriteria { return searchFrom(data, lenientReading) }

// fields lists the keys that criteria are made of. NULL is no criterion.
func (c *SearchCriteria) fields() []field {
	criterion := func(name string, dst *Optional[string]) field {
		return field{Key{Name: name, Kind: Text, Nullable: true}, func(value any, read reading) bool {
			return value == nil || assign(dst, value, read.text)
		}}
	}
	// but is a boolean that is true where it is left out, and is kept the other
	// way round.
	but := func(name string, dst *bool) field {
		return field{Key{Name: name, Kind: Boolean, Nullable: true, Default: true}, func(value any, read reading) bool {
			holds := true
			ok := assignOrDefault(&holds, value, read.boolean)
			*dst = !holds
			return ok
		}}
	}
	count := func(name string, dst *int) field {
		return field{Key{Name: name, Kind: Count, Nullable: true}, func(value any, read reading) bool {
			return assignOrDefault(dst, value, read.days)
		}}
	}
	return []field{
		textField("user_id", &c.UserID),
		textField("username", &c.Username),
		criterion("display_name", &c.DisplayName),
		criterion("first_name", &c.FirstName),
		criterion("middle_name", &c.MiddleName),
		criterion("last_name", &c.LastName),
		{Key{Name: "name_op", Kind: Text, Nullable: true, Values: []string{"and", "or"}, Default: "and"}, func(value any, read reading) bool {
			operator := "and"
			ok := assignOrDefault(&operator, value, read.text) && (operator == "and" || operator == "or")
			c.NamesOr = operator == "or"
			return ok
		}},
		but("is_name_exact", &c.NamesContain),
		criterion("email", &c.Email),
		criterion("sign_up_status", &c.SignUpStatus),
		criterion("approval_status", &c.ApprovalStatus),
		but("paginate", &c.AllPages),
		count("cur_page", &c.Page),
		count("page_size", &c.PageSize),
	}
}

func searchFrom(data map[string]any, read reading) SearchCriteria {
	var c SearchCriteria
	c.problems = fill(c.fields(), data, read, func(f field, value any) string {
		if f.Name == "name_op" {
			return "name_op must be and, or or"
		}
		return wrongType(f, value)
	})
	return c
}

// Problem returns one thing that is wrong with the keys or types of the data
// that the criteria were made of, or nil.
func (c SearchCriteria) Problem() error { return firstProblem(c.problems) }
