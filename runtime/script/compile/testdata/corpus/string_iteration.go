package services

import "fmt"

func Run() {
	s := "aé世"
	for i := 0; i < len(s); i++ {
		fmt.Print(s[i], " ")
	}
	fmt.Println()
	for i := range s {
		fmt.Print(i, " ")
	}
	fmt.Println()
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	fmt.Println(string(r), s[1:3], s < "b", s+"x")
	switch s[0] {
	case 'a':
		fmt.Println("starts with a")
	}
	multi := `raw
"text"`
	fmt.Println(multi, len(multi))
}
