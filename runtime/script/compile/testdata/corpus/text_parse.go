package services

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

func Run() {
	sc := bufio.NewScanner(strings.NewReader("one two\nthree"))
	for sc.Scan() {
		fmt.Println(sc.Text())
	}
	r := csv.NewReader(strings.NewReader("a,b\nc,d\n"))
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(rec)
	}
	data, err := io.ReadAll(io.LimitReader(strings.NewReader("abcdef"), 3))
	fmt.Println(string(data), err)
}
