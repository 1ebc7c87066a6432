package blackbox

import (
	"testing"
	"time"
)

func testSession(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	both := elements{"current_ust": h.admin.ust, "target_ust": u.ust}
	t.Run("details", func(t *testing.T) {
		h.call(t, "GET", "/user/session", both).ok(sessionKeys.with(keys{"remote_addr": "127.0.0.1", "user_agent": "black box"}))
		for _, ust := range []any{absent, nil, "", "garbage", 12} {
			h.call(t, "GET", "/user/session", both.with(elements{"target_ust": ust})).refused("E007001")
		}
		h.call(t, "GET", "/user/session", both.with(elements{"current_ust": u.ust})).refused("E005001")
	})
	t.Run("times are in UTC, and the lifetime is that of the settings", func(t *testing.T) {
		a := h.call(t, "GET", "/user/session", both).ok(sessionKeys)
		creation, expiration := a.time("creation_time"), a.time("expiration_time")
		if since := time.Since(creation); since < -10*time.Minute || since > 10*time.Minute {
			a.errorf("created %s ago", since)
		}
		if lifetime := expiration.Sub(creation); lifetime != time.Hour {
			a.errorf("it lives for %s", lifetime)
		}
	})
	t.Run("verify", func(t *testing.T) {
		h.call(t, "POST", "/user/session", both).ok(keys{"is_valid": true})
		h.call(t, "POST", "/user/session", both.with(elements{"target_ust": h.admin.ust})).ok(keys{"is_valid": true})
		for _, ust := range []any{"garbage", u.ust[:50]} {
			h.call(t, "POST", "/user/session", both.with(elements{"target_ust": ust})).ok(keys{"is_valid": false})
		}
	})
	t.Run("renew", func(t *testing.T) {
		before := h.call(t, "GET", "/user/session", both).ok(sessionKeys)
		until := h.call(t, "PATCH", "/user/session", elements{"ust": u.ust}).ok(keys{"expiration_time": date}).text("expiration_time")
		after := h.call(t, "GET", "/user/session", both).ok(sessionKeys.with(keys{"creation_time": before.json["creation_time"], "expiration_time": until}))
		if until <= before.text("expiration_time") {
			after.errorf("not later than %s", before.text("expiration_time"))
		}
		h.call(t, "GET", "/user", elements{"ust": u.ust}).ok(ownerKeys)
	})
	t.Run("ended", func(t *testing.T) {
		h.call(t, "POST", "/user/logout", elements{"ust": u.ust}).ok(nil)
		h.call(t, "POST", "/user/session", both).ok(keys{"is_valid": false})
		h.call(t, "GET", "/user/session", both).refused("E007001")
	})
	t.Run("expired", func(t *testing.T) {
		n := h.newSession(t, nil)
		h.expireSessions(t, n.name)
		both := elements{"current_ust": h.admin.ust, "target_ust": n.ust}
		h.call(t, "POST", "/user/session", both).ok(keys{"is_valid": false})
		h.call(t, "GET", "/user/session", both).refused("E007001")
	})
}

func testSessionList(t *testing.T, h *host) {
	u := h.newSession(t, nil)
	first := u.ust
	h.login(t, &u)
	h.call(t, "PATCH", "/user/session", elements{"ust": u.ust}).ok(keys{"expiration_time": date})
	row := sessionRowKeys.with(keys{"auth_type": "default", "auth_principal": u.name, "remote_addr": "127.0.0.1", "user_agent": "black box",
		"session_state_change_list": listOf(keys{"remote_addr": "127.0.0.1", "user_agent": "black box", "timestamp_utc": date, "ctx_source": text, "idx": integer}.values())})
	for name, in := range map[string]elements{
		"own":              {"ust": u.ust},
		"by a super-user":  {"current_ust": h.admin.ust, "target_ust": u.ust},
		"of another of it": {"current_ust": h.admin.ust, "target_ust": first},
	} {
		t.Run(name, func(t *testing.T) {
			a := h.call(t, "GET", "/user/session/list", in).ok(keys{"result": listOf(row.values())})
			rows := a.result()
			if len(rows) != 2 {
				a.errorf("want two sessions")
			}
			for _, row := range rows { // each UST is good
				h.call(t, "GET", "/user", elements{"ust": row["ust"]}).ok(ownerKeys.with(keys{"username": u.name}))
			}
		})
	}
	for name, c := range map[string]struct {
		in   elements
		want string
	}{
		"mixed":             {elements{"ust": u.ust, "current_ust": h.admin.ust, "target_ust": u.ust}, "E008002"},
		"mixed, one":        {elements{"ust": u.ust, "current_ust": h.admin.ust}, "E008002"},
		"mixed, other":      {elements{"ust": u.ust, "target_ust": u.ust}, "E008002"},
		"none":              {nil, "E007001"},
		"garbage":           {elements{"ust": "x"}, "E007001"},
		"garbage target":    {elements{"current_ust": h.admin.ust, "target_ust": "x"}, "E007001"},
		"of a regular user": {elements{"current_ust": u.ust, "target_ust": u.ust}, "E005001"},
	} {
		t.Run(name, func(t *testing.T) { h.call(t, "GET", "/user/session/list", c.in).want(c.want) })
	}
	t.Run("after a logout", func(t *testing.T) {
		h.call(t, "POST", "/user/logout", elements{"ust": first}).ok(nil)
		if rows := h.call(t, "GET", "/user/session/list", elements{"ust": u.ust}).ok(keys{"result": list}).result(); len(rows) != 1 {
			t.Errorf("%d sessions, want one", len(rows))
		}
	})
}
