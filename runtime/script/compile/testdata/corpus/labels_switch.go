package services

import "fmt"

func Run() {
	i := 0
loop:
	for {
		switch {
		case i > 5:
			break loop
		case i%2 == 0:
			i++
			continue loop
		default:
			fmt.Println("odd", i)
		}
		i++
	}
	switch x := i; x {
	case 1, 2:
		fmt.Println("low")
	case 6:
		fmt.Println("six")
		fallthrough
	case 7:
		fmt.Println("fell")
	default:
		fmt.Println("default")
	}
	switch {
	default:
		fmt.Println("d")
	case i > 100:
		fmt.Println("big")
	}
	for r := 0; r < 2; r++ {
		for c := 0; c < 3; c++ {
			if c == 1 {
				goto next
			}
			fmt.Println(r, c)
		}
	next:
	}
}
