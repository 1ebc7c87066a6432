package blackbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func testSearch(t *testing.T, h *host) {
	mark := unique("Übung")
	var users []user
	for i := range 5 {
		users = append(users, h.newUser(t, elements{"display_name": fmt.Sprintf("%s Zoë %d", mark, 4-i), "first_name": mark, "middle_name": "ß" + mark,
			"last_name": fmt.Sprintf("last%d", i%2), "auto_approve": i != 0, "sign_up_status": []string{"final", "before_confirmation"}[i%2]}))
	}
	search := func(t *testing.T, in elements) *answer {
		t.Helper()
		return h.call(t, "POST", "/user/search", elements{"ust": h.admin.ust}.with(in))
	}
	for name, c := range map[string]struct {
		in    elements
		found []int // in this order
	}{
		"user_id":                  {elements{"user_id": users[1].id}, []int{1}},
		"user_id alone":            {elements{"user_id": users[1].id, "username": users[2].name, "display_name": "x"}, []int{1}},
		"username":                 {elements{"username": users[2].name}, []int{2}},
		"username alone":           {elements{"username": users[2].name, "first_name": "x"}, []int{2}},
		"part of a username":       {elements{"username": users[2].name[:5]}, nil},
		"unknown":                  {elements{"username": "nobody"}, nil},
		"display name":             {elements{"display_name": mark + " Zoë 3"}, []int{1}},
		"in other case":            {elements{"display_name": strings.ToUpper(mark + " Zoë 3")}, []int{1}},
		"part, exactly":            {elements{"display_name": mark}, nil},
		"part":                     {elements{"display_name": mark + " zOË", "is_name_exact": false}, []int{4, 3, 2, 1, 0}},
		"part, as a text":          {elements{"display_name": mark + " zOË", "is_name_exact": "no"}, []int{4, 3, 2, 1, 0}},
		"first name":               {elements{"first_name": strings.ToLower(mark)}, []int{4, 3, 2, 1, 0}},
		"middle name, ß is SS":     {elements{"middle_name": "SS" + mark}, []int{4, 3, 2, 1, 0}},
		"two names":                {elements{"first_name": mark, "last_name": "last1"}, []int{3, 1}},
		"two names, and":           {elements{"first_name": mark, "last_name": "last1", "name_op": "and"}, []int{3, 1}},
		"two names, or":            {elements{"display_name": mark + " Zoë 4", "middle_name": "ss" + mark, "name_op": "or"}, []int{4, 3, 2, 1, 0}},
		"names, and an e-mail":     {elements{"first_name": mark, "email": users[3].email}, []int{3}},
		"names or, and an e-mail":  {elements{"first_name": mark, "last_name": "x", "name_op": "or", "email": users[3].email}, []int{3}},
		"e-mail":                   {elements{"email": users[3].email}, []int{3}},
		"part of an e-mail":        {elements{"email": users[3].email[1:], "is_name_exact": false}, nil},
		"approval":                 {elements{"first_name": mark, "approval_status": "before_decision"}, []int{0}},
		"sign-up":                  {elements{"first_name": mark, "sign_up_status": "before_confirmation"}, []int{3, 1}},
		"both":                     {elements{"first_name": mark, "sign_up_status": "before_confirmation", "approval_status": "approved"}, []int{3, 1}},
		"percent is no wildcard":   {elements{"display_name": mark[:1] + "%" + " zoë", "is_name_exact": false}, nil},
		"underscore is none":       {elements{"display_name": "_" + mark[2:] + " zoë", "is_name_exact": false}, nil},
		"unknown elements":         {elements{"first_name": mark, "shoe_size": 1}, []int{4, 3, 2, 1, 0}},
		"null and empty criteria":  {elements{"first_name": mark, "user_id": nil, "username": "", "email": nil}, []int{4, 3, 2, 1, 0}},
		"a number for a last name": {elements{"first_name": mark, "last_name": 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := search(t, c.in).ok(pageKeys.with(keys{"total": len(c.found), "num_pages": kind{"0 or 1", integer.has}, "cur_page": 1,
				"page_size": 50, "has_next_page": false, "has_prev_page": false}))
			var got, want []string
			for _, row := range a.result() {
				got = append(got, row["username"].(string))
			}
			for _, i := range c.found {
				want = append(want, users[i].name)
			}
			if !slices.Equal(got, want) {
				a.errorf("found %v, want %v", got, want)
			}
		})
	}
	t.Run("a row", func(t *testing.T) {
		search(t, elements{"user_id": users[1].id}).ok(pageKeys.with(keys{"result": listOf(searchKeys.with(keys{
			"user_id": users[1].id, "username": users[1].name, "email": users[1].email, "first_name": mark, "last_name": "last1",
			"is_super_user": false, "is_rate_limit_active": orNull(boolean), "rate_limit_def": orNull(text),
		}).values())}))
	})
	t.Run("pages", func(t *testing.T) {
		for page, want := range [][]int{{4, 3}, {2, 1}, {0}} {
			next, prev := any(page+2), any(page)
			if page == 2 {
				next = nil
			}
			if page == 0 {
				prev = nil
			}
			a := search(t, elements{"first_name": mark, "page_size": 2, "cur_page": page + 1}).ok(pageKeys.with(keys{"total": 5, "num_pages": 3, "page_size": 2,
				"cur_page": page + 1, "has_next_page": page < 2, "has_prev_page": page > 0, "next_page": next, "prev_page": prev}))
			for i, row := range a.result() {
				if row["username"] != users[want[i]].name {
					a.errorf("row %d", i)
				}
			}
			if len(a.result()) != len(want) {
				a.errorf("want %d rows", len(want))
			}
		}
		search(t, elements{"first_name": mark, "page_size": "5", "cur_page": "1"}).ok(pageKeys.with(keys{"total": 5, "num_pages": 1, "page_size": 5}))
		search(t, elements{"first_name": mark, "page_size": 2, "cur_page": 4}).status(200).has(keys{"total": 5, "result": []any{}})
		search(t, elements{"first_name": mark, "page_size": 1000}).ok(pageKeys.with(keys{"page_size": 100}))
	})
	t.Run("all users, page by page", func(t *testing.T) {
		seen := map[any]bool{}
		for page := 1; ; page++ {
			a := search(t, elements{"page_size": 7, "cur_page": page}).ok(pageKeys)
			for _, row := range a.result() {
				if seen[row["user_id"]] {
					a.errorf("%v is on two pages", row["user_id"])
				}
				seen[row["user_id"]] = true
			}
			if a.json["has_next_page"] != true {
				a.has(keys{"total": len(seen), "num_pages": page, "next_page": nil})
				break
			}
		}
	})
	t.Run("without pages", func(t *testing.T) {
		a := search(t, elements{"first_name": mark, "paginate": false, "page_size": 2}).status(200)
		if len(a.result()) != 5 {
			a.errorf("want all five")
		}
	})
	for name, in := range map[string]elements{
		"name_op":                {"first_name": mark, "name_op": "xor"},
		"is_name_exact":          {"first_name": mark, "is_name_exact": "maybe"},
		"paginate":               {"first_name": mark, "paginate": "maybe"},
		"page_size":              {"first_name": mark, "page_size": "x"},
		"page_size, a list":      {"first_name": mark, "page_size": []any{}},
		"cur_page":               {"first_name": mark, "cur_page": "x"},
		"a list for a name":      {"first_name": []any{mark}},
		"an object for a status": {"approval_status": map[string]any{}},
	} {
		t.Run("wrong "+name, func(t *testing.T) {
			search(t, in).turnedDown()
		})
	}
}
