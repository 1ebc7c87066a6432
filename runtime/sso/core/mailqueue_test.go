package core

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/logtest"
)

func newTestQueue(deliver func(context.Context, resetMail) error, retries ...time.Duration) (*mailQueue, *logtest.Buffer) {
	log := new(logtest.Buffer)
	if retries == nil {
		retries = []time.Duration{}
	}
	return newMailQueue(deliver, retries, slog.New(slog.NewTextHandler(log, nil))), log
}

func TestMailQueueIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var atOnce, most, sent atomic.Int64
	q, log := newTestQueue(func(context.Context, resetMail) error {
		if n := atOnce.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-release
		atOnce.Add(-1)
		sent.Add(1)
		return nil
	})
	for range mailsWaiting + 10 {
		q.send(resetMail{})
	}
	if n := strings.Count(log.String(), "too many are waiting"); n != 10 {
		t.Errorf("%d mails were not taken, want 10", n)
	}
	close(release)
	q.close(t.Context())
	if sent.Load() != mailsWaiting || most.Load() > mailsSending {
		t.Errorf("%d were sent, up to %d at once", sent.Load(), most.Load())
	}
	q.send(resetMail{})
	if strings.Count(log.String(), "the host is stopping") != 1 || sent.Load() != mailsWaiting {
		t.Error("a mail was taken after the end")
	}
	q.close(t.Context()) // again
}

func TestMailQueueTriesOnceMoreAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, works := range map[string]bool{"sent": true, "given up": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attempt := 0
			q, log := newTestQueue(func(context.Context, resetMail) error {
				attempt++
				if attempt > 1 && works {
					return nil
				}
				return errors.New("not now")
			}, time.Hour, time.Hour, time.Hour)
			q.send(resetMail{})
			for strings.Count(log.String(), "tried again") == 0 { // then it pauses
				time.Sleep(time.Millisecond)
			}
			q.close(t.Context())
			if attempt != 2 {
				t.Errorf("%d attempts", attempt)
			}
			want := "a mail was sent"
			if !works {
				want = "the host is stopping"
			}
			if strings.Count(log.String(), want) != 1 {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

func TestMailQueueGivesUp(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	q, log := newTestQueue(func(ctx context.Context, _ resetMail) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	})
	q.send(resetMail{})
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q.close(ctx)
	q.close(t.Context()) // waits until it is given up
	if strings.Count(log.String(), "a mail was not sent") != 1 {
		t.Errorf("log: %s", log.String())
	}
}

func TestMailQueueEndsItsRetries(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int64
	q, log := newTestQueue(func(context.Context, resetMail) error {
		attempts.Add(1)
		return errors.New("never")
	}, 0, 0)
	q.send(resetMail{cid: "c", userID: "zusr1", token: "hidden"})
	q.mails.Wait()
	if attempts.Load() != 3 || strings.Count(log.String(), "tried again") != 2 || strings.Count(log.String(), "level=ERROR") != 1 || strings.Count(log.String(), "hidden") != 0 || strings.Count(log.String(), "user_id=zusr1") != 3 {
		t.Errorf("%d attempts, log: %s", attempts.Load(), log.String())
	}
	q.close(t.Context())
}

func TestMailTemplates(t *testing.T) {
	t.Parallel()
	values := map[string]string{"username": "j{token}", "site_name": "S", "token": "T", "expiration_time_hours": "24"}
	for text, want := range map[string]string{
		"{token}":                          "T",
		"{username}: {token}{token} %s {{": "j{token}: TT %s {",
		"{{token}} {token} }}":             "{token} T }",
		"ü {site_name}\n{expiration_time_hours}h {token}\n": "ü S\n24h T\n",
	} {
		parsed, err := parseTemplate(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := parsed.fill(values); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"":                       "{token} is missing",
		"{username}":             "{token} is missing",
		"{token}\n{tokn}":        "line 2",
		"{token} }":              "line 1",
		"{token} {":              "line 1",
		"{token} {user\nname}":   "line 1",
		"{token}{}":              "line 1",
		"{token}\n\n{token!r}\n": "line 3",
	} {
		if _, err := parseTemplate(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for minutes, want := range map[int]string{1440: "24", 60: "1", 90: "1.5", 20: "0.33", 600: "10", 6000: "100"} {
		if got := hours(minutes); got != want {
			t.Errorf("%d minutes are %s hours, want %s", minutes, got, want)
		}
	}
}
