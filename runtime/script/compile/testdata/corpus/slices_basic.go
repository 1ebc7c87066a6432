package services

import "fmt"

func Run() {
	s := []int{0, 1, 2, 3, 4}
	t := s[1:3]
	t = append(t, 99)
	fmt.Println(s, t, len(t), cap(t), s[:2:3], s[4:])
	a := [3]int{1, 2, 3}
	b := a
	b[0] = 9
	fmt.Println(a, b, a == [3]int{1, 2, 3}, len(a))
	p := &a
	p[1] = 7
	fmt.Println(a, len(p))
	for i := range p {
		p[i]++
	}
	fmt.Println(a)
	grid := make([][]string, 2)
	for i := range grid {
		grid[i] = make([]string, 2)
		for j := range grid[i] {
			grid[i][j] = fmt.Sprint(i, j)
		}
	}
	fmt.Println(grid)
	n := copy(s, []int{7, 8})
	fmt.Println(n, s)
	s = append(s[:1], s[2:]...)
	fmt.Println(s)
	bs := []byte("abc")
	bs = append(bs, "def"...)
	fmt.Println(string(bs), len("héllo"), []rune("héllo")[1] == 'é')
	for i, c := range "hé" {
		fmt.Println(i, c, string(c))
	}
	x, y := 1, 2
	x, y = y, x
	s[0], s[1] = s[1], s[0]
	fmt.Println(x, y, s)
	idx := [...]string{2: "c", 0: "a"}
	fmt.Println(len(idx), idx[2])
}
