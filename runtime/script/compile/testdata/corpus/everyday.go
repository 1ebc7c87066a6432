package services

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// What services are made of, each in a line or two.

var twelve, _ = strconv.Atoi("12")
var first, second = pair()
var start, _ = time.Parse("2006-01-02", "2024-05-06")
var known, isKnown = map[string]int{"a": 1}["a"]

func pair() (int, string) { return 7, "seven" }

type node interface{ eval() int }
type leaf struct{ n int }
type sum struct{ l, r node }

func (l leaf) eval() int { return l.n }
func (s *sum) eval() int { return s.l.eval() + s.r.eval() }

func isLeaf(n node) bool { _, ok := n.(leaf); return ok }

func simplify(n node) node {
	if s, ok := n.(*sum); ok {
		if l, ok := s.l.(leaf); ok && l.n == 0 {
			return simplify(s.r)
		}
	}
	return n
}

func leaves(nodes ...node) (count int) {
	for _, n := range nodes {
		if _, ok := n.(leaf); ok {
			count++
		}
	}
	return count
}

type status int

const (
	open status = iota
	done
)

func (s status) String() string { return [...]string{"open", "done"}[s] }

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("REDACTED") }

type password struct{ text string }

func (password) LogValue() slog.Value { return slog.StringValue("REDACTED") }

type item struct {
	ID     int
	Status status
	note   string
}

type temporary interface{ Temporary() bool }
type flaky struct{ op string }

func (f flaky) Error() string   { return "flaky " + f.op }
func (f flaky) Temporary() bool { return true }

func totals(list []int) (int, int, error) {
	total := 0
	for _, n := range list {
		total += n
	}
	return total, len(list), nil
}

func Run() {
	fmt.Println(twelve, first, second, start.Year(), known, isKnown)
	total, count, err := totals([]int{1, 2, 3})
	fmt.Println(total, count, err)
	switch s := "ab"; len(s) {
	case 2:
		fmt.Println("two")
	default:
		fmt.Println("other")
	}
	switch t := start; t.Weekday() {
	case time.Monday:
		fmt.Println("Monday")
	}
	fmt.Println(isLeaf(leaf{1}), isLeaf(&sum{}), leaves(leaf{1}, &sum{}, leaf{2}), simplify(&sum{leaf{0}, leaf{5}}).eval())
	fmt.Println(open, done, []status{open, done}, map[status]int{done: 1}, item{1, done, "x"}, &item{2, open, "y"})
	fmt.Printf("%v %d %s %+v %q\n", done, done, []status{done}, item{3, done, "z"}, []status{open})
	var text strings.Builder
	log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("x", "secret", secret("clear"), "password", password{"clear"}, "status", done, "item", item{4, done, "n"}, "err", &flaky{"read"}, "value", flaky{"write"})
	log.With("secret", secret("clear")).Warn("y", slog.Any("p", password{"clear"}))
	fmt.Print(text.String())
	wrapped := fmt.Errorf("while: %w", flaky{"open"})
	var f flaky
	fmt.Println(errors.As(wrapped, &f), f.op, wrapped)
	var t temporary
	fmt.Println(errors.As(wrapped, &t) && t.Temporary(), errors.Is(wrapped, flaky{"open"}))
	array := [3]int{1, 2, 3}
	for i, v := range &array {
		fmt.Print(i, v, " ")
	}
	for i, r := range "x\xffy" {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println()
	encoded, err := json.Marshal(map[string]any{"status": done, "item": item{5, done, "hidden"}, "list": []item{{ID: 6}}})
	fmt.Println(string(encoded), err)
	people := []item{{3, open, ""}, {1, done, ""}, {2, done, ""}}
	sort.Slice(people, func(i, j int) bool { return people[i].ID < people[j].ID })
	byStatus := map[status][]int{}
	for _, p := range people {
		byStatus[p.Status] = append(byStatus[p.Status], p.ID)
	}
	fmt.Println(byStatus[done], byStatus[open], slices.MaxFunc(people, func(a, b item) int { return a.ID - b.ID }).ID)
	var any1 any = done
	_, isInt := any1.(int)
	st, isStatus := any1.(status)
	str, isStringer := any1.(fmt.Stringer)
	fmt.Println(isInt, st, isStatus, isStringer && str.String() == "done")
}
