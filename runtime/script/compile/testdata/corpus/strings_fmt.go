package services

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"
)

func Run() {
	fmt.Println(strings.Fields(" a b  c "), strings.Split("a,b", ","), strings.ToTitle("x"))
	fmt.Println(strings.Map(func(r rune) rune {
		if r == 'a' {
			return 'b'
		}
		return r
	}, "banana"))
	fmt.Printf("%05d|%-5s|%x|%q|%v|%+v\n", 42, "ab", 255, "q", []int{1}, struct{ A int }{1})
	n, err := strconv.Atoi("12")
	fmt.Println(n, err, strconv.Quote("x"), strconv.FormatInt(255, 16))
	var b bytes.Buffer
	b.WriteString("buf")
	fmt.Fprintf(&b, " %d", 1)
	fmt.Println(b.String())
	t := template.Must(template.New("t").Funcs(template.FuncMap{"up": strings.ToUpper}).Parse("{{range .}}{{. | up}};{{end}}"))
	var sb strings.Builder
	fmt.Println(t.Execute(&sb, []string{"a", "b"}), sb.String())
	d := 90 * time.Minute
	fmt.Println(d, d.Hours(), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC).AddDate(1, 0, 0).Format(time.RFC3339))
	fmt.Println(time.Unix(0, 0).UTC().Weekday(), time.March)
	r := strings.NewReplacer("a", "1", "b", "2")
	fmt.Println(r.Replace("abc"), strings.EqualFold("Go", "GO"))
	before, after, found := strings.Cut("k=v", "=")
	fmt.Println(before, after, found)
	for line := range strings.SplitSeq("a\nb", "\n") {
		fmt.Println("line", line)
	}
}
