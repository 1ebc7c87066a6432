package core

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gatehouse/runtime/sso/chain"
)

const (
	sealEvery      = time.Second
	sealAtMost     = 2 * time.Second // at the end
	sealComplainAt = time.Minute     // how often the same trouble is logged
	sealLookEach   = 60              // times of which it is looked whether seals are gone
)

// SealAudit seals what of the audit waits for it, and returns how many entries
// that were. Without it that happens within a second or so.
func (c *Core) SealAudit(ctx context.Context) (int, error) { return c.chain.Seal(ctx) }

// VerifyAudit verifies the chain of seals over the audit; see chain.Verify.
func (c *Core) VerifyAudit(ctx context.Context, expect string, each func(chain.Finding) error) (chain.Report, error) {
	return c.chain.Verify(ctx, expect, each)
}

// AcceptAudit makes the head of the chain anew where it was altered; see
// chain.Accept.
func (c *Core) AcceptAudit(ctx context.Context) (bool, error) { return c.chain.Accept(ctx) }

// RemoveOldAudit deletes the entries of the audit that have reached their age,
// sso.audit.retention, and returns how many.
func (c *Core) RemoveOldAudit(ctx context.Context) (int64, error) {
	if c.cfg.Audit.Retention == 0 {
		return 0, nil
	}
	return c.chain.RemoveBefore(ctx, c.now().Add(-time.Duration(c.cfg.Audit.Retention)*day))
}

// sealer seals the audit in the background.
type sealer struct {
	chain    *chain.Chain
	logger   *slog.Logger
	every    time.Duration
	stop     context.CancelFunc
	done     chan struct{}
	once     sync.Once
	troubled time.Time // when trouble was logged last

	gone bool // seals are gone, and it was told
}

func startSealer(c *chain.Chain, logger *slog.Logger, every time.Duration) *sealer {
	if every == 0 {
		every = sealEvery
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &sealer{chain: c, logger: logger, every: every, stop: stop, done: make(chan struct{})}
	if every < 0 {
		close(s.done)
	} else {
		go s.run(ctx)
	}
	return s
}

func (s *sealer) run(ctx context.Context) {
	defer close(s.done)
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for ticks := 0; ; ticks++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if ticks%sealLookEach == 0 && !s.gone {
				s.look(ctx)
			}
			s.seal(ctx)
		}
	}
}

// look tells, once, that seals are gone: at the start of the host, or later when
// it sees it.
func (s *sealer) look(ctx context.Context) {
	if err := s.chain.SealsGone(ctx); errors.Is(err, chain.ErrAltered) {
		s.gone = true
		s.logger.Error("seals of the audit are gone: what they have covered cannot be verified any more. \"gatehouse audit verify\" tells more", "cause", err)
	}
}

func (s *sealer) seal(ctx context.Context) {
	_, err := s.chain.Seal(ctx)
	if err == nil || ctx.Err() != nil || time.Since(s.troubled) < sealComplainAt {
		return
	}
	s.troubled = time.Now()
	if errors.Is(err, chain.ErrNotKept) {
		s.logger.Warn("the audit is sealed, but its newest head cannot be kept outside the database", "cause", err)
		return
	}
	s.logger.Error("the audit cannot be sealed; it will be tried again. \"gatehouse audit verify\" tells more", "cause", err)
}

// close seals what is left, once, and ends.
func (s *sealer) close(ctx context.Context) {
	s.once.Do(func() {
		s.stop()
		<-s.done
		if s.every > 0 {
			ctx, cancel := context.WithTimeout(ctx, sealAtMost)
			defer cancel()
			s.seal(ctx)
			if err := s.chain.Keep(); err != nil {
				s.logger.Warn("the newest head of the audit cannot be kept outside the database", "cause", err)
			}
		}
	})
}
