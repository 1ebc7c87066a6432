package services

import (
	"fmt"
	"sort"
	"strings"
)

type account struct {
	name    string
	balance int
	history []string
}

func (a account) describe(prefix string) string { return fmt.Sprint(prefix, a.name, a.balance) }

func (a *account) deposit(n int) *account {
	a.balance += n
	a.history = append(a.history, fmt.Sprint("+", n))
	return a
}

func (a *account) each(f func(int, string)) {
	for i, h := range a.history {
		f(i, h)
	}
}

type op func(*account, int) *account

func (o op) twice(a *account, n int) *account { return o(o(a, n), n) }

type bank struct {
	account
	others map[string]*account
}

type shape interface{ area() float64 }

type square float64

func (s square) area() float64 { return float64(s * s) }

type circle struct{ r float64 }

func (c *circle) area() float64 { return 3 * c.r * c.r }

type byBalance []account

func (b byBalance) Len() int           { return len(b) }
func (b byBalance) Less(i, j int) bool { return b[i].balance < b[j].balance }
func (b byBalance) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func apply(fs ...func(string) string) (s string) {
	for _, f := range fs {
		s = f(s)
	}
	return s
}

// Run prints what it finds.
func Run() {
	a := account{name: "a"}
	deposit, describe := a.deposit, a.describe
	deposit(5)
	deposit(7).deposit(1)
	fmt.Println(describe("before "), a.describe("after "))
	f := (*account).deposit
	f(&a, 100)
	g := account.describe
	fmt.Println(g(a, "expr "))
	fmt.Println(op(f).twice(&a, 2).balance)
	a.each(func(i int, h string) { fmt.Print(i, h, " ") })
	fmt.Println()
	b := bank{account: account{name: "b"}, others: map[string]*account{"x": {name: "x"}}}
	d := b.deposit
	d(3)
	b.others["x"].deposit(4)
	dx := b.others["x"].deposit
	dx(6)
	fmt.Println(b.balance, b.account.balance, b.others["x"].balance, b.describe("bank "))
	shapes := []shape{square(2), &circle{1}, square(3)}
	var areas []func() float64
	for _, s := range shapes {
		areas = append(areas, s.area)
	}
	sum := 0.0
	for _, area := range areas {
		sum += area()
	}
	fmt.Println(sum)
	h := shape.area
	fmt.Println(h(square(4)))
	list := byBalance{{name: "x", balance: 3}, {name: "y", balance: 1}, {name: "z", balance: 2}}
	sort.Sort(list)
	for _, x := range list {
		fmt.Print(x.name)
	}
	sort.Sort(sort.Reverse(list))
	fmt.Println(list[0].name)
	fmt.Println(apply(strings.TrimSpace, strings.ToUpper, func(s string) string { return s + " x " }, strings.TrimSpace))
	var sb strings.Builder
	write := sb.WriteString
	write("one")
	write(" two")
	fmt.Println(sb.String(), sb.Len())
	replace := strings.NewReplacer("o", "0").Replace
	fmt.Println(replace("foo"))
	handlers := map[string]func(int) *account{"dep": a.deposit}
	handlers["dep"](1)
	fmt.Println(a.balance)
	table := []struct {
		name string
		f    func(account, string) string
	}{{"d", account.describe}, {"l", func(a account, s string) string { return s }}}
	for _, row := range table {
		fmt.Println(row.name, row.f(a, "-"))
	}
}
