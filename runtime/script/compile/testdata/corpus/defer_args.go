package services

import "fmt"

type res struct{ name string }

func (r *res) close() { fmt.Println("close", r.name) }
func Run() {
	x := 1
	defer fmt.Println("deferred", x)
	x = 2
	r := &res{"a"}
	defer r.close()
	r = &res{"b"}
	defer r.close()
	for _, n := range []string{"p", "q"} {
		rr := &res{n}
		defer rr.close()
	}
	func() {
		defer func() {
			fmt.Println("rec", recover())
		}()
		var m map[string]int
		m["x"] = 1
	}()
	func() {
		defer func() { fmt.Println("rec", recover()) }()
		panic(fmt.Sprintf("p%d", x))
	}()
	fmt.Println("end", x)
}
