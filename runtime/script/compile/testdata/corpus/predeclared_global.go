package services

import (
	"errors"
	"fmt"
	"slices"
)

func max(xs ...int) int {
	best := xs[0]
	for _, x := range xs {
		if x > best {
			best = x
		}
	}
	return best
}

func min(a, b string) string { return a + "<" + b }

func clear(s string) string { return s + " cleared" }

type any struct{ n int }

func (a any) String() string { return fmt.Sprint("any ", a.n) }

type order struct {
	id    int
	lines []line
}

type line struct{ price int }

type user struct{ name string }

func load(user string) (u user2, err error) {
	order := order{id: 3}
	line := line{price: order.id}
	order.lines = append(order.lines, line)
	return user2{user, order}, nil
}

type user2 struct {
	name  string
	order order
}

func find(user string) (found *user, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("find: %w", err)
		}
	}()
	if user == "" {
		return nil, errors.New("no name")
	}
	return newUser(user), nil
}

func newUser(name string) *user { return &user{name} }

func total(order order) (line int) {
	for _, l := range order.lines {
		line += l.price
	}
	return line
}

func (order *order) add(line line) *order {
	order.lines = append(order.lines, line)
	return order
}

func sorted(line []line) []line {
	out := slices.Clone(line)
	slices.SortFunc(out, func(a, b2 lineAlias) int { return a.price - b2.price })
	return out
}

type lineAlias = line

func pick(v interface{}) string {
	switch order := v.(type) {
	case int, string:
		return fmt.Sprint("plain ", order)
	case user:
		return "user " + order.name
	case any:
		return order.String()
	}
	return "none"
}

var len, cap = 5, "cap"
var print, println = two()

const iota = "no row"

func two() (int, error) { return 1, nil }

type stack[T comparable] struct{ items []T }

func (stack *stack[T]) push(item ...T) *stack[T] {
	stack.items = append(stack.items, item...)
	return stack
}

func keep[T comparable](order []T, user func(T) bool) (line []T) {
	for _, any := range order {
		if user(any) {
			line = append(line, any)
		}
	}
	return line
}

func labels(order []int) (n int) {
	line := 0
line:
	for i := range order {
		for range order {
			line++
			if line > 3 {
				break line
			}
			if i == 1 {
				continue line
			}
		}
		n += i
	}
	return n*10 + line
}

// Run uses names that hide those of Go and those of types.
func Run() {
	fmt.Println(max(1, 5, 3), min("a", "b"), clear("x"), any{4}, len, cap, print, println, iota)
	u, err := load("ann")
	fmt.Println(u.name, u.order.id, u.order.lines[0].price, err)
	fmt.Println(find(""))
	user, err := find("bob")
	fmt.Println(user.name, err)
	_, err = find("")
	fmt.Println(err)
	order := order{lines: []line{{3}, {1}}}
	order.add(line{2}).add(line{9})
	fmt.Println(total(order), sorted(order.lines), order.lines)
	fmt.Println(pick(1), pick(*newUser("u")), pick(any{2}), pick(nil))
	s := &stack[string]{}
	fmt.Println(s.push("a", "b").items, keep([]line{{1}, {5}}, func(l line) bool { return l.price > 2 }))
	fmt.Println(labels([]int{1, 2, 3}))
	f := func(line line, any int) (order int) {
		defer func() { order++ }()
		order = line.price + any
		return order * 2
	}
	fmt.Println(f(line{3}, 4))
}
