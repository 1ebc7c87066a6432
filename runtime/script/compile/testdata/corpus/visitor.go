package services

import "fmt"

type expr interface {
	eval(env map[string]float64) (float64, error)
}
type num float64
type variable string
type binary struct {
	op   byte
	l, r expr
}

func (n num) eval(map[string]float64) (float64, error) { return float64(n), nil }
func (v variable) eval(env map[string]float64) (float64, error) {
	if x, ok := env[string(v)]; ok {
		return x, nil
	}
	return 0, fmt.Errorf("unknown %s", string(v))
}
func (b binary) eval(env map[string]float64) (float64, error) {
	x, err := b.l.eval(env)
	if err != nil {
		return 0, err
	}
	y, err := b.r.eval(env)
	if err != nil {
		return 0, err
	}
	switch b.op {
	case '+':
		return x + y, nil
	case '*':
		return x * y, nil
	}
	return 0, fmt.Errorf("bad op %c", b.op)
}
func Run() {
	e := binary{'+', num(1), binary{'*', variable("x"), num(3)}}
	fmt.Println(e.eval(map[string]float64{"x": 2}))
	fmt.Println(e.eval(nil))
}
