package services

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errNotFound = errors.New("not found")

type parseError struct {
	line int
	err  error
}

func (e *parseError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *parseError) Unwrap() error { return e.err }

type config map[string]int

func parse(text string) (c config, warnings []string, err error) {
	c = config{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found {
			return nil, warnings, &parseError{i + 1, errors.New("no =")}
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, nil, &parseError{i + 1, err}
		}
		if _, twice := c[key]; twice {
			warnings = append(warnings, fmt.Sprintf("%s twice", key))
		}
		c[key] = n
	}
	return c, warnings, nil
}

func (c config) get(key string) (int, error) {
	if v, ok := c[key]; ok {
		return v, nil
	}
	return 0, fmt.Errorf("get %q: %w", key, errNotFound)
}

func (c config) sum(keys ...string) (total int, err error) {
	for _, k := range keys {
		n, err := c.get(k)
		if err != nil {
			return total, err
		}
		total += n
	}
	return
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func try(f func() int) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			if e, ok := r.(error); ok {
				n, err = -1, e
				return
			}
			panic(r)
		}
	}()
	return f(), nil
}

func pass(text string) (config, []string, error) { return parse(text) }

func count(c config, w []string, err error) string { return fmt.Sprint(len(c), len(w), err) }

func split(n int) (q, r int) { return n / 10, n % 10 }

func swap(a, b int) (int, int) { return b, a }

func first[A, B any](a A, _ B) A { return a }

// Run prints what it finds.
func Run() {
	c, w, err := parse("a=1\n# no\nb=2\na=3\n")
	fmt.Println(c, w, err)
	_, _, err = parse("a=1\nb")
	fmt.Println(err)
	_, w, err = parse("a=x")
	var pe *parseError
	fmt.Println(w == nil, errors.As(err, &pe), pe.line, errors.Is(err, strconv.ErrSyntax))
	fmt.Println(c.sum("a", "b"))
	n, err := c.sum("a", "zz", "b")
	fmt.Println(n, err, errors.Is(err, errNotFound))
	fmt.Println(count(pass("x=1")), count(parse("y")))
	fmt.Println(try(func() int { return must(c.get("a")) }))
	fmt.Println(try(func() int { return must(c.get("none")) }))
	q, r := split(47)
	q, r = swap(q, r)
	fmt.Println(q, r, first(split(47)), must(strconv.ParseBool("true")))
	a, b := swap(swap(1, 2))
	fmt.Println(a, b)
	fmt.Println(swap(split(83)))
	fs := []func(int) (int, error){
		func(n int) (int, error) { return n + 1, nil },
		func(n int) (int, error) { return n * 2, nil },
		func(n int) (int, error) { return 0, fmt.Errorf("stop at %d", n) },
		func(n int) (int, error) { panic("never") },
	}
	v := 5
	for i, f := range fs {
		next, err := f(v)
		if err != nil {
			fmt.Println(i, err, v)
			break
		}
		v = next
	}
	if n, err := c.get("b"); err != nil {
		fmt.Println("never")
	} else if m, err := c.get("c"); err != nil {
		fmt.Println(n, m, err)
	}
	m := map[string]int{}
	m["q"], m["r"] = split(56)
	fmt.Println(m)
	var arr [2]int
	arr[0], arr[1] = split(91)
	fmt.Println(arr)
	st := struct{ a, b int }{}
	st.a, st.b = split(12)
	_, st.a = split(34)
	fmt.Println(st)
}
