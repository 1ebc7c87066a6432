package services

import (
	"fmt"
	"log/slog"
	"strings"
)

type (
	logged struct {
		Name   string `json:"name"`
		secret string
		amount
	}
	amount struct{ cents int }
	nought struct{}
)

func Run() {
	var out strings.Builder
	options := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, options), slog.NewJSONHandler(&out, options)} {
		logger := slog.New(handler).With("with", logged{"w", "s", amount{1}})
		logger.Info("one", "value", logged{"n", "s", amount{2}}, "pointer", &logged{Name: "p"}, "empty", nought{})
		logger.Info("many", "list", []logged{{Name: "l"}}, "map", map[string]logged{"k": {secret: "s"}}, "any", []any{logged{}})
		logger.Info("group", slog.Group("g", "inner", logged{Name: "i"}, slog.Group("h", "i", nought{})))
		logger.WithGroup("w").Info("plain", "a", 1, "b", "c", "d", nil, "e", fmt.Errorf("f"))
	}
	fmt.Print(out.String())
}
