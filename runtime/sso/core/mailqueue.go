package core

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	mailsWaiting = 256             // mails on their way at once; more are not taken
	mailsSending = 4               // of these, those that are being sent
	mailTimeout  = time.Minute     // of one attempt
	mailGrace    = 5 * time.Second // that Drain gives to what is on its way
)

// mailRetries are the pauses between attempts to send a mail.
var mailRetries = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute}

// mailQueue sends mail in the background. What cannot be sent is tried again a
// few times, and then given up with an entry in the log, which names neither
// the token nor the address.
type mailQueue struct {
	deliver func(context.Context, resetMail) error
	retries []time.Duration
	logger  *slog.Logger

	waiting chan struct{} // a place for each mail on its way
	sending chan struct{} // a place for each mail that is being sent

	mu      sync.Mutex
	closed  bool
	mails   sync.WaitGroup
	closing chan struct{}   // closed by close: no more pauses
	giveUp  context.Context // ended by close when its time is over
	abandon context.CancelFunc
}

func newMailQueue(deliver func(context.Context, resetMail) error, retries []time.Duration, logger *slog.Logger) *mailQueue {
	if retries == nil {
		retries = mailRetries
	}
	q := &mailQueue{deliver: deliver, retries: retries, logger: logger, waiting: make(chan struct{}, mailsWaiting),
		sending: make(chan struct{}, mailsSending), closing: make(chan struct{})}
	q.giveUp, q.abandon = context.WithCancel(context.Background())
	return q
}

// send takes a mail, without waiting for anything.
func (q *mailQueue) send(mail resetMail) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		q.log(slog.LevelWarn, "a mail was not sent: the host is stopping", mail)
		return
	}
	select {
	case q.waiting <- struct{}{}:
	default:
		q.log(slog.LevelError, "a mail was not sent: too many are waiting", mail)
		return
	}
	q.mails.Go(func() {
		defer func() { <-q.waiting }()
		q.run(mail)
	})
}

// run tries to send a mail. When the queue closes during a pause, it tries once
// more at once.
func (q *mailQueue) run(mail resetMail) {
	for attempt := 0; ; attempt++ {
		err := q.attempt(mail)
		var final interface{ Permanent() bool }
		switch {
		case err == nil:
			q.log(slog.LevelInfo, "a mail was sent", mail)
			return
		case errors.As(err, &final) && final.Permanent(), attempt >= len(q.retries):
			q.log(slog.LevelError, "a mail was not sent", mail, "cause", err)
			return
		case q.isClosing():
			q.log(slog.LevelError, "a mail was not sent: the host is stopping", mail, "cause", err)
			return
		}
		q.log(slog.LevelWarn, "a mail was not sent; it will be tried again", mail, "cause", err, "after", q.retries[attempt])
		pause := time.NewTimer(q.retries[attempt])
		select {
		case <-pause.C:
		case <-q.closing:
			pause.Stop()
		}
	}
}

func (q *mailQueue) isClosing() bool {
	select {
	case <-q.closing:
		return true
	default:
		return false
	}
}

func (q *mailQueue) attempt(mail resetMail) error {
	select {
	case q.sending <- struct{}{}:
	case <-q.giveUp.Done():
		return q.giveUp.Err()
	}
	defer func() { <-q.sending }()
	ctx, cancel := context.WithTimeout(q.giveUp, mailTimeout)
	defer cancel()
	return q.deliver(ctx, mail)
}

// close takes no more mail and returns when all that is on its way is sent or
// given up: within mailGrace, and within ctx.
func (q *mailQueue) close(ctx context.Context) {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.closing)
	}
	q.mu.Unlock()
	done := make(chan struct{})
	go func() {
		q.mails.Wait()
		close(done)
	}()
	defer q.abandon()
	grace := time.NewTimer(mailGrace)
	defer grace.Stop()
	select {
	case <-done:
		return
	case <-grace.C:
	case <-ctx.Done():
	case <-q.giveUp.Done(): // by an earlier close
	}
	q.abandon()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

func (q *mailQueue) log(level slog.Level, text string, mail resetMail, attrs ...any) {
	q.logger.Log(context.Background(), level, text, append([]any{"cid", mail.cid, "user_id", mail.userID}, attrs...)...)
}
