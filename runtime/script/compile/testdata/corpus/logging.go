package services

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

type token string

func (token) LogValue() slog.Value { return slog.StringValue("REDACTED") }

type pin int

func (pin) String() string { return "****" }

type account struct {
	Name string `json:"name"`
	Pin  pin    `json:"-"`
	note string
}

type session struct {
	user  string
	token token
}

func (s *session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", s.user), slog.Any("token", s.token))
}

type failure struct{ code int }

func (f *failure) Error() string { return fmt.Sprint("failure ", f.code) }

func logTo(text *strings.Builder, isJSON bool) *slog.Logger {
	options := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey && len(groups) == 0 {
			return slog.Attr{}
		}
		return a
	}}
	if isJSON {
		return slog.New(slog.NewJSONHandler(text, options))
	}
	return slog.New(slog.NewTextHandler(text, options))
}

func Run() {
	for _, isJSON := range []bool{false, true} {
		var text strings.Builder
		log := logTo(&text, isJSON)
		var hidden any = token("clear")
		var plain any = "plain"
		var failed any = &failure{2}
		log.Info("values", "token", token("clear"), "any", hidden, "plain", plain, "number", 7, "nil", nil)
		log.Info("session", "session", &session{"jane", "clear"}, slog.Any("group", slog.GroupValue(slog.Int("a", 1))))
		log.Info("errors", "err", &failure{1}, "any", failed, "wrapped", fmt.Errorf("w: %w", &failure{3}), "plain", errors.New("e"))
		log.Info("account", "account", account{"jane", 1234, "note"})
		if !isJSON {
			log.Info("texts", "pin", pin(1234), "pins", []pin{1, 2}, "byName", map[string]pin{"a": 1}, "accounts", []account{{"x", 1, "y"}})
		}
		log.With("token", token("clear")).WithGroup("g").Warn("with", slog.Group("inner", "token", token("clear")), "n", 1)
		log.Debug("never", "session", &session{})
		fmt.Print(text.String())
	}
}
