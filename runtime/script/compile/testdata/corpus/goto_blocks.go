package services

import "fmt"

func Run() {
	i := 0
again:
	if i < 3 {
		fmt.Println(i)
		i++
		goto again
	}
	{
		i := "block"
		fmt.Println(i)
	}
	func() {
		for {
			return
		}
	}()
	for i := 0; ; i++ {
		if i > 2 {
			break
		}
	}
	for j := 3; j > 0; {
		j--
		if j == 1 {
			continue
		}
		fmt.Println("j", j)
	}
}
