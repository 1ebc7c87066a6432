// Package core is the rules of the SSO: who may do what to whom, what a value
// must look like, and what is written. It implements sso.Core over the store.
//
// Every call goes the same way: the app is checked, the rows are read or
// locked, a function without side effects decides over them, and what it
// decides is committed together with the audit entry. Refusals and reads are
// audited in batches.
package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/go-playground/validator/v10"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/chain"
	"gatehouse/runtime/sso/store"
)

// Options are what a Core is made from.
type Options struct {
	Config Config
	Store  *store.Store
	Keys   *secret.Keyring
	Logger *slog.Logger

	// Services runs the services that the configuration names; nil has none.
	Services Services

	// Mailer sends what sso.main.smtp_conn names a connection for.
	Mailer Mailer

	// MailRetries are the pauses before a mail that was not sent is tried
	// again; nil takes the default.
	MailRetries []time.Duration
	// Definitions are the security definitions that users can be linked to;
	// nil has none.
	Definitions Definitions

	// Now tells the time; nil means time.Now.
	Now func() time.Time

	// AuditMemory keeps the newest head of the audit's chain outside the
	// database; nil has it forgotten at the end.
	AuditMemory chain.Memory

	// SealEvery is how often the audit is sealed in the background; 0 means
	// each second, and below 0 never, but by SealAudit.
	SealEvery time.Duration
}

// Core implements sso.Core, and deletes in the background what has expired.
// Close ends that and flushes what of the audit is still on its way.
type Core struct {
	cfg       Config
	store     *store.Store
	keys      *secret.Keyring
	hasher    *password.Hasher
	validate  *validator.Validate
	addresses addressRules
	throttle  *throttle
	rates     rateLimits
	audit     *auditBuffer
	chain     *chain.Chain
	logger    *slog.Logger
	services  Services
	mailer    Mailer
	mails     *mailQueue
	now       func() time.Time

	auditedKeys []sso.UserKey // whose values the audit keeps
	resetMail   mailTemplate

	definitions Definitions
	externals   externalCache

	closing   context.Context // ended by Close
	stop      context.CancelFunc
	cleaned   chan struct{} // closed when nothing is cleaned up any more
	completed chan struct{} // closed when Complete has run at the start
	sealing   *sealer

	exports chan struct{} // has one for each export of the audit that is being made
}

var _ sso.Core = (*Core)(nil)

// New returns the rules over a store whose migrations have run. It refuses a
// configuration that Config.Check finds fault with. ctx bounds its start.
func New(ctx context.Context, o Options) (*Core, error) {
	if err := o.Config.Check(); err != nil {
		return nil, err
	}
	addresses, err := newAddressRules(&o.Config)
	if err != nil {
		return nil, err
	}
	hasher, err := password.New(password.Config{
		Algorithm: password.Algorithm(o.Config.HashSecret.Algorithm),
		Rounds:    o.Config.HashSecret.Rounds,
		SaltSize:  o.Config.HashSecret.SaltSize,

		MaxConcurrent: o.Config.HashSecret.concurrent(),
		MaxWaiting:    o.Config.HashSecret.MaxWaiting,
	})
	if err != nil {
		return nil, err
	}
	if o.Mailer == nil && o.Config.Main.SMTPConn != "" && o.Config.Main.EmailService == "" {
		return nil, errors.New("sso.main.smtp_conn: there are no SMTP connections here")
	}
	guesses, err := newThrottle(ctx, &o)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Core{
		cfg:       o.Config,
		store:     o.Store,
		keys:      o.Keys,
		hasher:    hasher,
		validate:  newValidator(&o.Config),
		addresses: addresses,
		throttle:  guesses,
		logger:    o.Logger,
		services:  o.Services,
		mailer:    o.Mailer,
		now:       func() time.Time { return database.Timestamp(o.Now()) },

		definitions: o.Definitions,
		auditedKeys: slices.DeleteFunc(sso.UserKeys(), func(key sso.UserKey) bool { return key.IsPrivate }),
	}
	if c.resetMail, err = o.Config.PasswordReset.template(); err != nil {
		return nil, err
	}
	c.exports = make(chan struct{}, auditExports)
	c.mails = newMailQueue(c.deliver, o.MailRetries, o.Logger)
	c.audit = newAuditBuffer(o.Store, o.Logger)
	c.closing, c.stop = context.WithCancel(context.Background())
	c.cleaned, c.completed = make(chan struct{}), make(chan struct{})
	c.chain = chain.New(o.Store, o.Keys, o.Now, o.AuditMemory)
	go c.cleanUpLoop()
	c.sealing = startSealer(c.chain, o.Logger, o.SealEvery)
	return c, nil
}

// DefaultApp implements sso.Core.
func (c *Core) DefaultApp() string { return c.cfg.Apps.Default }

// Drain sends the mail that is still on its way, or gives it up, while there
// still are services that may send it.
func (c *Core) Drain(ctx context.Context) { c.mails.close(ctx) }

// Close sends the mail that is still on its way and writes what is waiting for
// the audit, as long as ctx lets it. Calls made afterwards fail.
func (c *Core) Close(ctx context.Context) error {
	c.stop()
	c.Drain(ctx)
	<-c.cleaned
	err := c.audit.close(ctx)
	c.sealing.close(ctx)
	return err
}

// FlushAudit returns when the entries of reads and refusals that were waiting
// are in the database. Without it they are there within 100 ms.
func (c *Core) FlushAudit(ctx context.Context) error { return c.audit.flush(ctx) }

// refusal is a decision against a call, before its operation is known.
type refusal struct {
	codes  []sso.Code
	detail string
	hidden bool

	// logged is the detail for the log, where clients may not be told as much;
	// "" is detail.
	logged string

	retryAfter time.Duration // set where there were too many calls
	err        error         // that the public error matches; nil for most
}

func (r *refusal) Error() string { return fmt.Sprintf("%v: %s", r.codes, r.detail) }

func refuse(code sso.Code, format string, args ...any) *refusal {
	return &refusal{codes: []sso.Code{code}, detail: fmt.Sprintf(format, args...)}
}

// hiddenUnless keeps the code from clients where the configuration does not
// let it be told.
func (r *refusal) hiddenUnless(told bool) *refusal {
	r.hidden = !told
	return r
}

// operation is one call on its way through the core: what it is, and what is
// known of it for the audit.
type operation struct {
	core  *Core
	name  string
	call  sso.Call
	entry store.AuditEntry
	ust   string // in clear

	// detail is what the log says of a call that its client is not told.
	detail string

	rated   bool // the call was held against its user's rate limit
	rateErr error
}

func (c *Core) checkApp(call sso.Call) error {
	if !slices.Contains(c.cfg.Apps.All, call.App) {
		return refuse(sso.AppInvalid, "unknown application %q: sso.apps.all lists those that there are", printable(call.App))
	}
	return nil
}

// begin checks the app and, where the call has one, decrypts the UST.
func (c *Core) begin(name string, call sso.Call, needsSession bool) (*operation, error) {
	op := &operation{core: c, name: name, call: call, entry: newEntry(name, call)}
	if err := c.checkApp(call); err != nil {
		return op, err
	}
	if !needsSession || call.Trusted {
		return op, nil
	}
	ust, err := c.openUST(call.UST)
	if err != nil {
		return op, refuse(sso.NoSuchSession, "%v", err)
	}
	op.ust = ust
	return op, nil
}

// change runs a decision over locked rows. decide returns what to write; the
// audit entry is added to it. decide may run again after a conflict.
func (op *operation) change(ctx context.Context, lookup store.Lookup, decide func(store.Found, time.Time) ([]store.Change, error)) error {
	return op.core.store.Change(ctx, lookup, func(found store.Found) ([]store.Change, error) {
		op.know(found)
		now := op.core.now()
		if err := op.limitRate(found, now); err != nil {
			return nil, err
		}
		changes, err := decide(found, now)
		if err != nil {
			return nil, err
		}
		op.entry.Time = now
		if op.entry.Result == "" {
			op.entry.Result = store.ResultOK
		}
		return append(changes, store.AddAudit{Entry: &op.entry}), nil
	})
}

// read reads rows for a decision or a look.
func (op *operation) read(ctx context.Context, lookup store.Lookup) (store.Found, time.Time, error) {
	found, err := op.core.store.Read(ctx, lookup)
	op.know(found)
	now := op.core.now()
	if err == nil {
		err = op.limitRate(found, now)
	}
	return found, now, err
}

// readAllowed is read for a caller whose session may be used.
func (op *operation) readAllowed(ctx context.Context, lookup store.Lookup) (store.Found, time.Time, error) {
	found, now, err := op.read(ctx, lookup)
	if err == nil {
		err = op.core.authorize(found, op.call, now)
	}
	return found, now, err
}

// readAsSuper is readAllowed for what only super-users may do.
func (op *operation) readAsSuper(ctx context.Context, lookup store.Lookup, what string) (store.Found, time.Time, error) {
	found, now, err := op.readAllowed(ctx, lookup)
	if err == nil && !isSuper(found, op.call) {
		err = refuse(sso.NotAllowed, "only super-users may %s", what)
	}
	return found, now, err
}

// know takes the user IDs of what was found into the audit entry.
func (op *operation) know(found store.Found) {
	if found.Caller != nil {
		op.entry.Actor = found.Caller.UserID
	}
	if found.Target != nil {
		op.entry.Target = found.Target.UserID
	}
}

// finish turns the outcome of a call into its error and leaves its log line
// and, for what was not committed with its changes, its audit entry.
func (op *operation) finish(ctx context.Context, err error, committed bool) error {
	failure := op.failure(err)
	if failure != nil {
		op.detail = failure.Detail
		if refused := (*refusal)(nil); errors.As(err, &refused) && refused.logged != "" {
			op.detail = refused.logged
		}
		op.entry.Result = store.ResultError
		op.entry.SubStatus = joinCodes(failure.Codes)
		op.entry.Keys, op.entry.Changes = "", ""
	} else if op.entry.Result == "" {
		op.entry.Result = store.ResultOK
	}
	op.log(ctx, failure)
	if committed && failure == nil {
		return nil
	}
	op.entry.Time = op.core.now()
	if auditErr := op.core.audit.add(ctx, op.entry); auditErr != nil {
		return &sso.Error{Op: op.name, Codes: []sso.Code{sso.InternalError},
			Detail: "the audit cannot be written: try again later", Err: errors.Join(sso.ErrUnavailable, auditErr, err)}
	}
	if failure == nil {
		return nil
	}
	return failure
}

// hidingOps are the operations that fall back to E005001 where a code may not
// be told (sections 3 and 5 of the specification). Whoever has a session already is
// told.
var hidingOps = []string{sso.OpLogin, sso.OpLogout, sso.OpSearch, sso.OpSignup}

// failure makes the public error of a call.
func (op *operation) failure(err error) *sso.Error {
	if err == nil {
		return nil
	}
	var refused *refusal
	if errors.As(err, &refused) {
		failed := &sso.Error{Op: op.name, Codes: refused.codes, Detail: refused.detail,
			Hidden: refused.hidden && slices.Contains(hidingOps, op.name), RetryAfter: refused.retryAfter, Err: refused.err}
		if refused.retryAfter > 0 {
			failed.Err = sso.ErrTooMany
		}
		return failed
	}
	failed := &sso.Error{Op: op.name, Codes: []sso.Code{sso.InternalError}, Err: err}
	var fault *database.Error
	switch {
	case errors.Is(err, store.ErrUsernameTaken):
		failed.Codes, failed.Detail = []sso.Code{sso.UsernameExists}, "the username is taken"
	case errors.Is(err, store.ErrLinkExists):
		failed.Codes, failed.Detail = []sso.Code{sso.InvalidInput}, "the user is linked to this definition already"
	case errors.Is(err, store.ErrTOTPCodeUsed):
		failed.Codes, failed.Detail = []sso.Code{sso.NotAllowed}, "the TOTP code was used already: wait for the next one"
	case errors.Is(err, password.ErrBusy):
		failed.Detail = "too many passwords are being checked; nothing was changed: try again in a few seconds"
		failed.Err = errors.Join(sso.ErrBusy, err)
	case errors.Is(err, errExports):
		failed.Detail = fmt.Sprintf("%d exports of the audit are being made: try again when one has ended", auditExports)
		failed.Err = errors.Join(sso.ErrBusy, err)
	case errors.Is(err, store.ErrAuditUnsettled):
		failed.Detail = "a transaction that may write to the audit has been open for too long, and entries may be missing that come before others: try again later, or with order desc"
		failed.Err = errors.Join(sso.ErrBusy, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		failed.Detail = "the call ended before it was done; nothing was changed"
	case errors.As(err, &fault):
		switch fault.Kind {
		case database.Unavailable, database.Conflict:
			failed.Detail = "the database is unavailable; nothing was changed: try again later"
			failed.Err = errors.Join(sso.ErrUnavailable, err)
		case database.Unknown:
			failed.Detail = "the database went away during the commit: look whether the change is there before trying again"
			failed.Err = errors.Join(sso.ErrUnavailable, err)
		case database.Invalid:
			failed.Codes, failed.Detail = []sso.Code{sso.InvalidInput}, "text must be valid UTF-8 without NUL"
		}
	}
	return failed
}

func (op *operation) log(ctx context.Context, failure *sso.Error) {
	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("cid", op.entry.CID), slog.String("op", op.name),
		slog.String("result", op.entry.Result), slog.String("actor", op.entry.Actor),
		slog.String("target", op.entry.Target), slog.String("app", op.entry.App),
		slog.String("remote_addr", op.entry.RemoteAddr))
	if op.entry.Keys != "" {
		attrs = append(attrs, slog.String("keys", op.entry.Keys))
	}
	if op.entry.SubStatus != "" {
		attrs = append(attrs, slog.String("sub_status", op.entry.SubStatus))
	}
	if op.detail != "" || failure != nil {
		attrs = append(attrs, slog.String("detail", op.detail))
	}
	if failure != nil {
		if failure.Err != nil && slices.Contains(failure.Codes, sso.InternalError) {
			if !errors.Is(failure.Err, context.Canceled) { // a caller that has gone is no fault
				level = slog.LevelError
			}
			attrs = append(attrs, slog.Any("cause", failure.Err))
		}
	}
	op.core.logger.LogAttrs(ctx, level, "sso", attrs...)
}
