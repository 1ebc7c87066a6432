package core

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gatehouse/runtime/sso/store"
)

// NamedServices lists the services that the configuration names, by setting.
func (c *Config) NamedServices() map[string][]string {
	named := map[string][]string{
		"sso.signup.callback_service_list": c.Signup.CallbackServices,
		"sso.user_validation.service": slices.DeleteFunc(slices.Clone(c.UserValidation.Services),
			func(name string) bool { return name == BuiltInValidator }),
	}
	if c.Session.ExpiryHook != "" {
		named["sso.session.expiry_hook"] = []string{c.Session.ExpiryHook}
	}
	if c.Main.EmailService != "" {
		named["sso.main.email_service"] = []string{c.Main.EmailService}
	}
	return named
}

// hooksKey is the key in contexts of the names of the hooks that are running.
type hooksKey struct{}

// runHook runs a service that the configuration names, as invoke does. A hook
// that makes a call which would run it again is told so, rather than run in a
// circle.
func (c *Core) runHook(ctx context.Context, name, cid string, input, answer any) error {
	running, _ := ctx.Value(hooksKey{}).([]string)
	if slices.Contains(running, name) {
		return fmt.Errorf("service %s made a call that would run it again", name)
	}
	return c.invoke(context.WithValue(ctx, hooksKey{}, append(slices.Clip(running), name)), name, cid, input, answer)
}

// longestSession is the most that sso.session.expiry_hook may ask for.
const longestSession = 10 * 365 * day

// lifetimeFor is how long a session of a user is good for after login or
// renewal: as sso.session.expiry_hook says, or sso.session.expiry where there is none
// or it fails. It is asked before any row is locked.
func (op *operation) lifetimeFor(ctx context.Context, username string) time.Duration {
	c := op.core
	lifetime := c.sessionLifetime()
	if c.cfg.Session.ExpiryHook == "" {
		return lifetime
	}
	input := map[string]any{"username": username, "current_app": op.call.App, "default_expiry": c.cfg.Session.Expiry}
	var answer struct {
		Expiry json.RawMessage `json:"expiry"`
	}
	err := c.runHook(ctx, c.cfg.Session.ExpiryHook, op.call.CID, input, &answer)
	if err == nil {
		var asked time.Duration
		if asked, err = readExpiry(answer.Expiry); err == nil {
			return asked
		}
	}
	c.logger.WarnContext(ctx, "sso.session.expiry_hook failed: the session has the lifetime of sso.session.expiry",
		"cid", op.entry.CID, "op", op.name, "service", c.cfg.Session.ExpiryHook, "minutes", c.cfg.Session.Expiry, "cause", err)
	return lifetime
}

// readExpiry reads what a hook has answered: whole minutes.
func readExpiry(answer json.RawMessage) (time.Duration, error) {
	if len(answer) == 0 {
		return 0, fmt.Errorf("the answer has no expiry")
	}
	const most = int64(longestSession / time.Minute)
	minutes, err := strconv.ParseInt(string(answer), 10, 64)
	if err != nil || minutes <= 0 || minutes > most {
		return 0, fmt.Errorf("expiry must be a whole number of minutes from 1 to %d, not %s", most, printable(string(answer)))
	}
	return time.Duration(minutes) * time.Minute, nil
}

// lifetimeOfCaller is lifetimeFor the owner of the session of a call, who is
// looked at only where there is a hook to ask.
func (op *operation) lifetimeOfCaller(ctx context.Context) (time.Duration, error) {
	c := op.core
	if c.cfg.Session.ExpiryHook == "" {
		return c.sessionLifetime(), nil
	}
	found, now, err := op.read(ctx, store.Lookup{UST: op.ust})
	if err == nil {
		err = c.checkSession(found.Session, found.Caller, op.call, now)
	}
	if err != nil {
		return 0, err
	}
	return op.lifetimeFor(ctx, found.Caller.Username), nil
}
