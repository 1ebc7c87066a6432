package services

import "fmt"

func find(grid [][]int, want int) (row, col int, ok bool) {
search:
	for r, line := range grid {
		for c, v := range line {
			switch {
			case v < 0:
				continue search
			case v == want:
				row, col, ok = r, c, true
				break search
			}
		}
	}
	return
}

func primes(n int) (out []int) {
next:
	for i := 2; i < n; i++ {
		for _, p := range out {
			if i%p == 0 {
				continue next
			}
			if p*p > i {
				break
			}
		}
		out = append(out, i)
	}
	return out
}

func tokens(s string) (out []string) {
	i := 0
outer:
	for i < len(s) {
		switch c := s[i]; {
		case c == ' ':
			i++
			continue outer
		case c >= '0' && c <= '9':
			j := i
			for j < len(s) && s[j] >= '0' && s[j] <= '9' {
				j++
			}
			out = append(out, s[i:j])
			i = j
		case c == '#':
			break outer
		default:
			out = append(out, string(c))
			i++
		}
	}
	return out
}

// Run prints what it finds.
func Run() {
	g := [][]int{{1, 2, -1, 9}, {3, 4}, {5, 9}}
	fmt.Println(find(g, 4))
	fmt.Println(find(g, 9))
	fmt.Println(find(g, 42))
	fmt.Println(primes(40))
	fmt.Printf("%q\n", tokens("12 + x1*(3) # rest"))
	n := 0
a:
	for {
		for {
			n++
			if n > 5 {
				break a
			}
			if n%2 == 0 {
				continue a
			}
		}
	}
	fmt.Println(n)
b:
	switch n {
	case 6:
		for i := range 3 {
			if i == 1 {
				break b
			}
			fmt.Println("i", i)
		}
		fmt.Println("never")
	}
	var fs []func() int
c:
	for i := 0; i < 5; i++ {
		for j := range 3 {
			if j == 2 {
				continue c
			}
			if i == 3 {
				break c
			}
			fs = append(fs, func() int { return i*10 + j })
		}
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	m := map[int][]int{1: {1, 2}, 2: {3}}
	total := 0
e:
	for k := 1; k <= 2; k++ {
		for _, v := range m[k] {
			if v == 2 {
				continue e
			}
			total += v
		}
	}
	fmt.Println(total)
}
