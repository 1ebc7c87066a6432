package services

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
)

func Run() {
	sum := sha256.Sum256([]byte("x"))
	fmt.Println(hex.EncodeToString(sum[:4]))
	m := hmac.New(sha256.New, []byte("k"))
	m.Write([]byte("msg"))
	fmt.Println(base64.StdEncoding.EncodeToString(m.Sum(nil))[:8])
	re := regexp.MustCompile(`(\w+)@(\w+)`)
	fmt.Println(re.FindStringSubmatch("me@home"), re.ReplaceAllString("a@b", "$2"))
	fmt.Println(re.ReplaceAllStringFunc("a@b", func(s string) string { return "<" + s + ">" }))
	u, err := url.Parse("https://h/p?a=1&b=2#f")
	fmt.Println(u.Host, u.Query()["b"], u.Fragment, err)
}
