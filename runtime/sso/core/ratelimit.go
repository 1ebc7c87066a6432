package core

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Bounds of a definition of rate limits.
const (
	maxRateText  = 10_000        // bytes
	maxRateLines = 100           // networks
	maxRate      = 1_000_000_000 // calls in a unit
)

// rateUnits are the units of rates.
var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": day}

// rate is one line of a definition: how many calls may come from a network in
// a unit of time.
type rate struct {
	from  netip.Prefix // the zero prefix is any address
	calls int
	unit  time.Duration
}

// parseRates reads the column rate_limit_def: lines of from=calls/unit, such as
// 10.0.0.0/8=100/m or *=1000/d. The narrowest networks come first. Its errors
// name lines, never what is in them.
func parseRates(text string) ([]rate, error) {
	if len(text) > maxRateText {
		return nil, fmt.Errorf("is longer than %d bytes", maxRateText)
	}
	var rates []rate
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		parsed, err := parseRate(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if slices.ContainsFunc(rates, func(other rate) bool { return other.from == parsed.from }) {
			return nil, fmt.Errorf("line %d: an earlier line is about the same network", number)
		}
		if rates = append(rates, parsed); len(rates) > maxRateLines {
			return nil, fmt.Errorf("has more than %d lines", maxRateLines)
		}
	}
	if len(rates) == 0 {
		return nil, fmt.Errorf("is empty: want lines such as *=1000/d")
	}
	slices.SortStableFunc(rates, func(a, b rate) int { return b.from.Bits() - a.from.Bits() }) // of * they are -1
	return rates, nil
}

func parseRate(line string) (rate, error) {
	from, text, _ := strings.Cut(line, "=")
	calls, unit, ok := strings.Cut(text, "/")
	if !ok {
		return rate{}, fmt.Errorf("want from=calls/unit, such as 10.0.0.0/8=100/m or *=1000/d")
	}
	prefix, err := network.Parse(strings.TrimSpace(from))
	if err != nil {
		return rate{}, fmt.Errorf("before the = there must be an address, a network such as 10.0.0.0/8, or *")
	}
	parsed := rate{from: prefix, unit: rateUnits[strings.TrimSpace(unit)]}
	if parsed.unit == 0 {
		return rate{}, fmt.Errorf("the unit must be s, m, h or d")
	}
	parsed.calls, err = strconv.Atoi(strings.TrimSpace(calls))
	if err != nil || parsed.calls < 1 || parsed.calls > maxRate {
		return rate{}, fmt.Errorf("calls must be a whole number from 1 to %d", maxRate)
	}
	return parsed, nil
}

// rateLimits counts the calls of users that have a rate limit, in windows that
// begin with each second, minute, hour or day of UTC. The counts are this
// host's alone: to share them would cost every read a write, so of several
// hosts each lets a user make as many calls.
type rateLimits struct {
	mu    sync.Mutex
	users map[int64]*userRates // by User.PK
}

// userRates are the limits of one user and what was counted.
type userRates struct {
	definition string
	rates      []rate
	windows    []rateWindow // of each rate
	fault      error        // the definition cannot be read
}

type rateWindow struct {
	begin time.Time
	calls int
}

// limitRate counts a call with a session that may be used, once, and refuses
// it beyond the rate limit of the session's owner. Of what may not be used,
// what comes next tells.
func (op *operation) limitRate(found store.Found, now time.Time) error {
	caller := found.Caller
	if op.rated || op.name == sso.OpLogout { // a session can always be ended
		return op.rateErr
	}
	if caller == nil || op.call.Trusted || caller.IsRateLimitActive == nil || !*caller.IsRateLimitActive || caller.RateLimitDef == nil {
		return nil
	}
	if op.core.checkSession(found.Session, caller, op.call, now) != nil {
		return nil
	}
	op.rated = true
	op.rateErr = op.core.countCall(caller, op.call.RemoteAddr, now)
	return op.rateErr
}

func (c *Core) countCall(user *store.User, addresses string, now time.Time) error {
	limits, fresh := &c.rates, false
	limits.mu.Lock()
	defer limits.mu.Unlock()
	counted := limits.users[user.PK]
	if counted == nil || counted.definition != *user.RateLimitDef {
		if limits.users == nil {
			limits.users = map[int64]*userRates{}
		}
		counted, fresh = &userRates{definition: *user.RateLimitDef}, true
		counted.rates, counted.fault = parseRates(counted.definition)
		counted.windows = make([]rateWindow, len(counted.rates))
		limits.users[user.PK] = counted
	}
	if counted.fault != nil {
		if fresh {
			c.logger.Error("a rate limit cannot be read: the user has none", "user_id", user.UserID, "cause", counted.fault)
		}
		return nil
	}
	for i, rate := range counted.rates {
		if !comesFrom(rate.from, addresses) {
			continue
		}
		window := &counted.windows[i]
		if begin := now.Truncate(rate.unit); !begin.Equal(window.begin) {
			*window = rateWindow{begin: begin}
		}
		if window.calls >= rate.calls {
			return tooMany(window.begin.Add(rate.unit).Sub(now), "the user's rate limit is reached")
		}
		window.calls++
		return nil
	}
	return refuse(sso.NotAllowed, "the user's rate limit lets nobody call from this address").hiddenUnless(false)
}

// forget drops the counts of users who have made no call in their windows.
func (l *rateLimits) forget(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for pk, counted := range l.users {
		active := false
		for i, rate := range counted.rates {
			active = active || counted.windows[i].begin.Add(rate.unit).After(now)
		}
		if !active {
			delete(l.users, pk)
		}
	}
}
