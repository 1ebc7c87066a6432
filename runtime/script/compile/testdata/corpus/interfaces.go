package services

import (
	"fmt"
	"sort"
	"strings"
)

type animal interface {
	Name() string
	Sound() string
}
type dog struct{ name string }

func (d *dog) Name() string  { return d.name }
func (d *dog) Sound() string { return "woof" }

type cat string

func (c cat) Name() string  { return string(c) }
func (c cat) Sound() string { return "meow" }

type byLen []string

func (b byLen) Len() int           { return len(b) }
func (b byLen) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLen) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

type upper struct{ s string }

func (u upper) String() string { return strings.ToUpper(u.s) }

type reader struct{ n int }

func (r *reader) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, fmt.Errorf("done")
	}
	r.n--
	p[0] = 'x'
	return 1, nil
}
func Run() {
	as := []animal{&dog{"rex"}, cat("tom")}
	for _, a := range as {
		fmt.Println(a.Name(), a.Sound())
	}
	if d, ok := as[0].(*dog); ok {
		fmt.Println("dog", d.name)
	}
	_, ok := as[1].(*dog)
	fmt.Println(ok)
	words := byLen{"ccc", "a", "bb"}
	sort.Sort(words)
	fmt.Println(words)
	fmt.Println(upper{"shout"}, fmt.Sprintf("%s|%v", upper{"a"}, upper{"b"}))
	var a animal
	fmt.Println(a == nil)
	d := &dog{"x"}
	a = d
	var b animal = d
	fmt.Println(a == b, a != nil, as[1] == cat("tom"))
	var e any = d
	_, isAnimal := e.(animal)
	fmt.Println(isAnimal)
	r := &reader{2}
	buf := make([]byte, 4)
	n, err := r.Read(buf)
	fmt.Println(n, err, string(buf[:n]))
}
