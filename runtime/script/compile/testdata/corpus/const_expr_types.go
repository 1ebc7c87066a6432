package services

import (
	"fmt"
	"net/http"
	"time"
)

const timeout = 5 * time.Second

func Run() {
	fmt.Println(timeout, timeout/2, time.Duration(3)*time.Millisecond, http.StatusOK, http.MethodGet, http.StatusText(404))
	n := 3
	fmt.Println(time.Duration(n) * time.Second)
	h := http.Header{}
	h.Set("x-a", "1")
	fmt.Println(h.Get("X-A"), h)
	req, err := http.NewRequest("GET", "http://127.0.0.1/x?q=1", nil)
	fmt.Println(req.URL.Query().Get("q"), err)
}
