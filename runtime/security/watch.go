package security

import (
	"context"
	"log/slog"
	"sync"
)

// Watch names definitions that callers are let in by. From now on the log tells
// when one of them cannot let anybody in, as soon as that is known: that there
// is none, that it is switched off, that its secret cannot be decrypted. It tells
// so once, and again if it was mended meanwhile.
func (d *Definitions) Watch(ctx context.Context, names ...string) error {
	d.watched.mu.Lock()
	d.watched.names = names
	d.watched.mu.Unlock()
	current, err := d.current(ctx)
	if err == nil {
		d.watched.tell(current)
	}
	return err
}

// watched are definitions that have to be there.
type watched struct {
	logger *slog.Logger

	mu    sync.Mutex
	names []string
	told  map[trouble]bool
}

// trouble is what keeps a definition from letting anybody in.
type trouble struct {
	kind, name string // no kind is all
	reason     Reason
}

const noDefinition Reason = "there is none of this name"

// tell logs the troubles of a snapshot that were not there before.
func (w *watched) tell(current *snapshot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := map[trouble]bool{}
	for _, name := range w.names {
		isThere := false
		note := func(principal *Principal, isActive bool, fault error) {
			if principal.Name != name {
				return
			}
			isThere = true
			switch {
			case fault != nil:
				found[trouble{principal.Type, name, UnreadableSecret}] = true
			case !isActive:
				found[trouble{principal.Type, name, SwitchedOff}] = true
			}
		}
		for _, one := range current.byUsername {
			note(&one.Principal, one.isActive, nil)
		}
		for _, one := range current.signers {
			note(&one.Principal, one.isActive, one.fault)
		}
		if !isThere {
			found[trouble{"", name, noDefinition}] = true
		}
	}
	for _, name := range w.names { // in their order
		for trouble := range found {
			if trouble.name == name && !w.told[trouble] {
				trouble.log(w.logger)
			}
		}
	}
	w.told = found
}

func (t trouble) log(logger *slog.Logger) {
	switch t.reason {
	case noDefinition:
		logger.Warn("http.definitions names a security definition that is not there: nobody is let in by it. Make it with \"gatehouse security set-password\" or \"set-jwt\", or take it off the list",
			"definition", t.name)
	case UnreadableSecret:
		logger.Error("the secret of a JWT definition cannot be decrypted: all its tokens are refused. Give this host the key that it is encrypted with (see \"gatehouse keys list\"), or replace it with \"gatehouse security set-jwt NAME --new-secret\"",
			"definition", t.name)
	default:
		logger.Warn("http.definitions names a security definition that is switched off: nobody is let in by it",
			"definition", t.name, "type", t.kind)
	}
}
