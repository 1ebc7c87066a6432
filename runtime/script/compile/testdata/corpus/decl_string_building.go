package services

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

func pad(s string, n int) string {
	for len(s) < n {
		s = "." + s
	}
	return s
}

func camel(s string) string {
	var b strings.Builder
	up := false
	for i, r := range s {
		switch {
		case r == '_':
			up = true
		case up || i == 0:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(" | ")
			}
			fmt.Fprintf(&b, "%-*s", widths[i], cell)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func rle(s string) string {
	var out []byte
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		out = append(out, s[i])
		if j-i > 1 {
			out = strconv.AppendInt(out, int64(j-i), 10)
		}
		i = j
	}
	return string(out)
}

func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return
}

// Run prints what it finds.
func Run() {
	fmt.Println(pad("7", 4), camel("user_first_name"), rle("aaabccd"))
	fmt.Print(table([][]string{{"name", "n"}, {"alpha", "10"}, {"b", "2000"}}))
	fmt.Printf("%q\n", wrap("the quick brown fox jumps over it", 10))
	s := "héllo, 世界"
	fmt.Println(len(s), len([]rune(s)), s[1], s[1:3], strings.ToUpper(s), s[len(s)-3:])
	b := []byte("abc")
	b[0], b[2] = b[2], b[0]
	b = append(b, "def"...)
	b = append(b, 'g')
	fmt.Println(string(b), bytes.Contains(b, []byte("ba")), string(b[1:3]))
	r := []rune(s)
	r[1] = 'e'
	fmt.Println(string(r[:5]), string(r[7:]))
	parts := strings.Split("a=1&b=2&c", "&")
	m := map[string]string{}
	for _, p := range parts {
		k, v, ok := strings.Cut(p, "=")
		m[k] = v + strconv.FormatBool(ok)
	}
	fmt.Println(m)
	var sb strings.Builder
	for i := 3; i >= 1; i-- {
		fmt.Fprintf(&sb, "%d...", i)
	}
	sb.WriteString("go")
	fmt.Println(sb.String(), strings.Repeat("=", 3)+">", "a"+"b"+string(rune('c')))
	fmt.Println(strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, "a1b2"), strings.FieldsFunc("a-b_c", func(r rune) bool { return r == '-' || r == '_' }))
	text := ""
	for i := range 3 {
		text += strconv.Itoa(i) + ","
	}
	text = strings.TrimSuffix(text, ",")
	fmt.Println(text, text < "1", "b" > "a", text[0] == '0')
	raw := `a\n"b"`
	fmt.Println(raw, len(raw), "\u00e9\x41\101\t|")
	for i, c := range []byte("hi") {
		fmt.Print(i, c, string(c), " ")
	}
	fmt.Printf("%5.2f|%-5d|%05d|%x|%X|%c|%U|%t|%8s|%-8s|%+d|%%|%e\n", 3.14159, 42, 42, 255, "hi", 'x', 'é', true, "r", "l", 5, 1234.5)
	n, err := strconv.Atoi("12x")
	fmt.Println(n, err)
	q := strconv.Quote("a\"b\n")
	u, _ := strconv.Unquote(q)
	fmt.Println(q, u == "a\"b\n")
	var buf bytes.Buffer
	buf.WriteString("x")
	buf.WriteByte('y')
	buf.Write([]byte("z"))
	fmt.Println(buf.String(), buf.Len())
}
