package services

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

type store interface {
	get(string) (string, bool)
	set(k, v string)
}

type memory map[string]string

func (m memory) get(k string) (string, bool) { v, ok := m[k]; return v, ok }
func (m memory) set(k, v string)             { m[k] = v }

type cached struct {
	store
	hits, misses int
	seen         map[string]string
}

func (c *cached) get(k string) (string, bool) {
	if v, ok := c.seen[k]; ok {
		c.hits++
		return v, true
	}
	v, ok := c.store.get(k)
	if c.misses++; ok {
		if c.seen == nil {
			c.seen = make(map[string]string)
		}
		c.seen[k] = v
	}
	return v, ok
}

type upper struct{ r io.Reader }

func (u upper) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	copy(p, strings.ToUpper(string(p[:n])))
	return n, err
}

type counting struct {
	w io.Writer
	n int
}

func (c *counting) Write(p []byte) (n int, err error) {
	n, err = c.w.Write(p)
	c.n += n
	return
}

type visitor interface{ visit(n int) visitor }

type depth struct {
	max *int
	now int
}

func (d depth) visit(n int) visitor {
	if d.now++; d.now > *d.max {
		*d.max = d.now
	}
	if n <= 0 {
		return nil
	}
	return d
}

func walk(v visitor, n int) {
	if v = v.visit(n); v != nil {
		walk(v, n-1)
		walk(v, n-2)
	}
}

type option func(*server)

type server struct {
	host string
	port int
	tags []string
}

func port(n int) option       { return func(s *server) { s.port = n } }
func tags(t ...string) option { return func(s *server) { s.tags = append(s.tags, t...) } }
func newServer(host string, os ...option) *server {
	s := &server{host: host, port: 80}
	for _, o := range os {
		o(s)
	}
	return s
}

type event interface{ kind() string }
type created struct{ id int }
type removed struct {
	id  int
	why string
}

func (created) kind() string  { return "created" }
func (*removed) kind() string { return "removed" }

func handle(es ...event) (out []string) {
	for i, e := range es {
		switch e := e.(type) {
		case created:
			out = append(out, fmt.Sprint(i, e.kind(), e.id))
		case *removed:
			out = append(out, fmt.Sprint(i, e.kind(), e.id, e.why))
			e.why = "done"
		}
	}
	return
}

// Run prints what it finds.
func Run() {
	c := &cached{store: memory{"a": "1"}}
	var s store = c
	s.get("a")
	s.get("a")
	s.get("b")
	s.set("b", "2")
	v, ok := s.get("b")
	fmt.Println(v, ok, c.hits, c.misses, len(c.seen))
	text, err := io.ReadAll(upper{strings.NewReader("hello")})
	fmt.Println(string(text), err)
	var sb strings.Builder
	w := &counting{w: &sb}
	fmt.Fprintf(w, "%d-%s", 5, "x")
	n, err := io.WriteString(w, "more")
	fmt.Println(sb.String(), w.n, n, err)
	deepest := 0
	walk(depth{max: &deepest}, 4)
	fmt.Println(deepest)
	srv := newServer("h", port(8080), tags("a", "b"), nil2())
	fmt.Println(srv.host, srv.port, srv.tags, *newServer("i"))
	r := &removed{2, "old"}
	fmt.Println(handle(created{1}, r, created{3}), r.why)
	people := []struct {
		name string
		age  int
	}{{"b", 2}, {"a", 2}, {"c", 1}}
	sort.Slice(people, func(i, j int) bool {
		if people[i].age != people[j].age {
			return people[i].age < people[j].age
		}
		return people[i].name < people[j].name
	})
	fmt.Println(people)
	var nothing store
	fmt.Println(nothing == nil, s == store(c))
}

func nil2() option { return func(*server) {} }
