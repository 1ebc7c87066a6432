package core

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gatehouse/runtime/database"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

const (
	auditFlushEvery = 100 * time.Millisecond // how long an entry may wait
	auditBatch      = 256                    // entries written together
	auditWaiting    = 4096                   // entries that may wait before calls have to
	auditRetryAfter = 250 * time.Millisecond // pause while the database is away
)

// errAuditClosed is what a call gets that ends after Close.
var errAuditClosed = errors.New("the audit is closed")

// auditBuffer writes the entries of reads and refusals in batches. No entry
// is dropped: when the buffer is full, because the database is away, add waits
// as long as its call may and then fails the call.
type auditBuffer struct {
	store   *store.Store
	logger  *slog.Logger
	entries chan store.AuditEntry
	flushes chan chan struct{} // asks for all that waits to be written
	stop    chan struct{}      // closed by close
	done    chan struct{}      // closed when everything is written, or given up
	giveUp  context.Context    // ends the last attempts of close
	abandon context.CancelFunc
	once    sync.Once
	adding  sync.RWMutex // held for reading while an entry is added
}

func newAuditBuffer(s *store.Store, logger *slog.Logger) *auditBuffer {
	b := &auditBuffer{
		store:   s,
		logger:  logger,
		entries: make(chan store.AuditEntry, auditWaiting),
		flushes: make(chan chan struct{}),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	b.giveUp, b.abandon = context.WithCancel(context.Background())
	go b.run()
	return b
}

func (b *auditBuffer) add(ctx context.Context, entry store.AuditEntry) error {
	b.adding.RLock()
	defer b.adding.RUnlock()
	select {
	case <-b.stop:
		return errAuditClosed
	default:
	}
	select {
	case b.entries <- entry:
		return nil
	default:
	}
	select {
	case b.entries <- entry:
		return nil
	case <-b.stop:
		return errAuditClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *auditBuffer) close(ctx context.Context) error {
	b.once.Do(func() { close(b.stop) })
	defer b.abandon()
	select {
	case <-b.done:
		return nil
	case <-ctx.Done():
		return errors.New("audit entries of reads and refusals were still waiting for the database; they are in the log")
	}
}

// flush returns when the entries that were waiting are written.
func (b *auditBuffer) flush(ctx context.Context) error {
	written := make(chan struct{})
	select {
	case b.flushes <- written:
	case <-b.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-written:
		return nil
	case <-b.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run collects entries and writes them: when the first has waited long enough,
// when there are many, when flush asks, and at last when close does.
func (b *auditBuffer) run() {
	defer close(b.done)
	batch := make([]store.Change, 0, auditBatch)
	var due <-chan time.Time
	for {
		var flushed chan struct{}
		stopping := false
		select {
		case entry := <-b.entries:
			batch = append(batch, store.AddAudit{Entry: &entry})
			if due == nil {
				due = time.After(auditFlushEvery)
			}
			if len(batch) < auditBatch {
				continue
			}
		case <-due:
		case flushed = <-b.flushes:
		case <-b.stop:
			b.adding.Lock() // whoever is adding has ended, no one else begins
			b.adding.Unlock()
			stopping = true
		}
		due = nil
		for all := true; all; all = flushed != nil || stopping {
			if batch = b.take(batch); len(batch) == 0 {
				break
			}
			if !b.write(batch) {
				return
			}
			batch = batch[:0]
		}
		if flushed != nil {
			close(flushed)
		}
		if stopping {
			return
		}
	}
}

// take adds to a batch what waits, as far as it has room.
func (b *auditBuffer) take(batch []store.Change) []store.Change {
	for len(batch) < auditBatch {
		select {
		case entry := <-b.entries:
			batch = append(batch, store.AddAudit{Entry: &entry})
		default:
			return batch
		}
	}
	return batch
}

// write keeps trying until the batch is written; it reports false when close
// has run out of time. What the database will never take is logged in full, so
// that it neither blocks the others nor disappears.
func (b *auditBuffer) write(batch []store.Change) bool {
	for warned := false; ; warned = true {
		err := b.store.Write(b.giveUp, batch...)
		switch {
		case err == nil:
			return true
		case database.IsKind(err, database.Invalid), database.IsKind(err, database.Internal):
			if len(batch) == 1 {
				b.logger.Error("audit entry refused by the database", "entry", batch[0].(store.AddAudit).Entry, "cause", err)
				return true
			}
			for i := range batch {
				if !b.write(batch[i : i+1]) {
					return false
				}
			}
			return true
		case !warned:
			b.logger.Error("audit entries wait: they cannot be written", "entries", len(batch), "cause", err)
		}
		select {
		case <-b.giveUp.Done():
			return false
		case <-time.After(auditRetryAfter):
		}
	}
}

// newEntry begins the audit entry of a call. What comes from outside is made
// fit for the database first.
func newEntry(op string, call sso.Call) store.AuditEntry {
	return store.AuditEntry{
		CID:        tidy(call.CID),
		Op:         op,
		App:        tidy(call.App),
		RemoteAddr: tidy(joinAddresses(call.RemoteAddr)),
		UserAgent:  tidy(call.UserAgent),
	}
}

// maxOutside bounds, in bytes, text from outside that is kept with a session
// or an audit entry.
const maxOutside = 1024

// tidy makes text from outside fit to be stored: valid UTF-8, no NUL, bounded.
func tidy(text string) string {
	if len(text) > maxOutside {
		cut := maxOutside
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	if isPlainText(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// printable shortens text from outside so that it can stand in an error.
func printable(text string) string {
	const most = 64
	if utf8.RuneCountInString(text) > most {
		return string([]rune(text)[:most]) + "…"
	}
	return text
}

// joinAddresses writes a comma list of addresses as it is stored, joined by
// a comma and a space.
func joinAddresses(addresses string) string {
	if !strings.Contains(addresses, ",") {
		return addresses
	}
	parts := strings.Split(addresses, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ", ")
}

func joinCodes(codes []sso.Code) string {
	texts := make([]string, len(codes))
	for i, code := range codes {
		texts[i] = string(code)
	}
	return strings.Join(texts, ",")
}
