package services

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode"
)

func Run() {
	b := make([]byte, 8)
	binary.BigEndian.PutUint32(b, 0xdeadbeef)
	fmt.Println(b, binary.LittleEndian.Uint16(b[2:]))
	fmt.Println(bytes.Equal(b[:1], []byte{0xde}), bytes.ToUpper([]byte("x")))
	for _, r := range "aB1 " {
		fmt.Print(unicode.IsUpper(r), unicode.IsDigit(r), unicode.IsSpace(r), " ")
	}
	fmt.Println()
	var arr [4]byte
	copy(arr[:], "wxyz")
	arr[1] ^= 1
	fmt.Println(arr, string(arr[:]))
	var x byte = 'a'
	x -= 'a' - 'A'
	fmt.Println(string(x))
}
