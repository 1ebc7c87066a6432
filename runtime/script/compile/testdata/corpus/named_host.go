package services

import (
	"bytes"
	"encoding/json"
	"fmt"
	"gatehouse/runtime/service"
	"log/slog"
	"sort"
	"strings"
	"text/template"
)

type status string

func (s status) String() string { return "<" + string(s) + ">" }

type kind int
type flagged bool
type money float64
type row struct {
	Status status
	Kind   kind
}

func Run() {
	t := template.Must(template.New("x").Parse(`{{.s}} {{.k}} {{if .f}}yes{{else}}no{{end}} {{if eq .p "open"}}eq{{end}} {{printf "%v" .s}} {{.m}} {{range .rows}}{{.Kind}};{{end}}` + "\n"))
	d := map[string]any{"s": status("open"), "p": kind(1) > 0, "k": kind(3), "f": flagged(false), "m": money(1.5), "rows": []row{{"a", 1}}}
	d["p"] = "open"
	var out bytes.Buffer
	fmt.Println(t.Execute(&out, d))
	fmt.Print(out.String())
	out.Reset()
	v, err := json.Marshal(map[string]any{"s": status("open"), "k": kind(3), "l": []any{flagged(true), money(2)}})
	fmt.Println(string(v), err)
	v, err = json.MarshalIndent(service.Dict{"s": status("open")}, "", " ")
	fmt.Println(string(v), err)
	enc := json.NewEncoder(&out)
	enc.Encode(kind(5))
	enc.Encode(d)
	fmt.Print(out.String())
	sl := []kind{3, 1, 2}
	sort.Slice(sl, func(i, j int) bool { return sl[i] < sl[j] })
	fmt.Println(sl, []status{"a"}, map[status]kind{"a": 1}, row{"x", 2}, &row{"y", 3})
	var w strings.Builder
	lg := slog.New(slog.NewJSONHandler(&w, &slog.HandlerOptions{ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if a.Key == "time" {
			return slog.Attr{}
		}
		return a
	}}))
	lg.Info("m", "s", status("q"), "k", kind(1), "r", row{"a", 1}, slog.Any("st", status("z")))
	fmt.Print(w.String())
	fmt.Println(strings.Repeat("x", int(kind(2))), fmt.Sprintf("%s %v %d %x %5v|%-5v|%05d", status("a"), status("b"), kind(3), kind(255), kind(3), kind(4), kind(5)))
	any1 := any(kind(7))
	fmt.Printf("%d %05d %x %v %5v|\n", any1, any1, any1, any1, any1)
	fmt.Println(any1.(kind)+1, d["k"].(kind) == 3)
	var e any = status("open")
	if s, ok := e.(interface{ String() string }); ok {
		fmt.Println(s.String())
	}
}
