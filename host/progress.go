package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress is a line that tells how far a long command is, on terminals alone.
type progress struct {
	out   io.Writer // nil shows nothing
	size  int64
	begun time.Time
	last  time.Time
	shown bool
}

func newProgress(out io.Writer, size int64) *progress {
	p := &progress{size: size, begun: time.Now()}
	if terminal, ok := out.(*os.File); ok && term.IsTerminal(int(terminal.Fd())) {
		p.out = out
	}
	return p
}

const (
	progressEvery = 100 * time.Millisecond
	progressWidth = 30 // characters of the bar
)

func (p *progress) show(count int, offset int64) {
	now := time.Now()
	if p.out == nil || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	bar := ""
	if p.size > 0 {
		done := min(float64(offset)/float64(p.size), 1)
		full := int(done * progressWidth)
		bar = fmt.Sprintf("[%s%s] %3.0f%%  ", strings.Repeat("#", full), strings.Repeat(".", progressWidth-full), done*100)
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s%s, %.0f a second", bar, counted(count, "line", "lines"), float64(count)/now.Sub(p.begun).Seconds())
}

// clear takes the line away, for others to be printed.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
