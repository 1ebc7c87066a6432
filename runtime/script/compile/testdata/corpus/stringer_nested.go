package services

import "fmt"

type status int

func (s status) String() string { return [...]string{"off", "on"}[s] }
func Run() {
	s := status(1)
	fmt.Println(s)
	fmt.Printf("%v %s %d\n", s, s, s)
	fmt.Println(fmt.Sprint(s), "s="+s.String())
	var i fmt.Stringer = s
	fmt.Println(i.String(), i)
}
