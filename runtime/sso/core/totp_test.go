package core_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/totp"
)

const totpKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func code(t *testing.T, env *ssotest.Env, off time.Duration) string {
	t.Helper()
	made, err := totp.Code(totpKey, env.Clock.Now().Add(off))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func validate(env *ssotest.Env, ust, code, username string) error {
	return env.Core.ValidateTOTPCode(env.T.Context(), ssotest.Call(ust), code, username)
}

func TestValidateTOTPCode(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		withKey := func(u *sso.NewUser) { u.TOTPKey = totpKey }
		id := env.User("jane", withKey)
		env.User("waiting", func(u *sso.NewUser) { withKey(u); u.AutoApprove = false })
		env.User("locked", func(u *sso.NewUser) { withKey(u); u.IsLocked = true })
		none := env.User("none", withKey)
		env.Exec("UPDATE zato_sso_user SET totp_key = NULL WHERE user_id = $1", none)
		ust := env.Login("jane")
		now := code(t, env, 0)
		for what, c := range map[string]struct {
			ust, code, username string
			want                sso.Code
		}{
			"no code":              {"", "", "jane", sso.TOTPCodeMissing},
			"no code of a session": {ust, "", "", sso.TOTPCodeMissing},
			"wrong":                {"", "000000", "jane", sso.NotAllowed},
			"two steps off":        {"", code(t, env, time.Minute), "jane", sso.NotAllowed},
			"unknown":              {"", now, "nobody", sso.NotAllowed},
			"NUL":                  {"", now, "jane\x00", sso.NotAllowed},
			"not approved":         {"", now, "waiting", sso.NotAllowed},
			"locked":               {"", now, "locked", sso.NotAllowed},
			"no key":               {"", now, "none", sso.NotAllowed},
			"no user":              {"", now, "", sso.NoSuchSession},
			"no session":           {"garbage", now, "", sso.NoSuchSession},
			"both":                 {ust, now, "jane", sso.InvalidInput},
		} {
			refusedWith(t, what, validate(env, c.ust, c.code, c.username), c.want)
		}
		call := ssotest.Call("")
		call.App = "ERP"
		refusedWith(t, "app", env.Core.ValidateTOTPCode(t.Context(), call, now, "jane"), sso.AppInvalid)

		if err := validate(env, "", now, "jane"); err != nil {
			t.Error(err)
		}
		refusedWith(t, "used", validate(env, "", now, "jane"), sso.NotAllowed)
		refusedWith(t, "used, by session", validate(env, ust, now, ""), sso.NotAllowed)
		if err := validate(env, ust, code(t, env, -30*time.Second), ""); err != nil {
			t.Errorf("by session: %v", err)
		}
		env.Exec("UPDATE zato_sso_user SET is_totp_enabled = $2 WHERE user_id = $1", id, true)
		login := sso.LoginRequest{Username: "jane", Password: ssotest.Password, TOTPCode: now}
		_, err := env.Core.Login(t.Context(), ssotest.Call(""), login)
		refusedWith(t, "used, at login", err, sso.NotAllowed)
		login.TOTPCode = code(t, env, 30*time.Second)
		if _, err := env.Core.Login(t.Context(), ssotest.Call(""), login); err != nil {
			t.Error(err)
		}
		refusedWith(t, "used at login", validate(env, "", login.TOTPCode, "jane"), sso.NotAllowed)

		env.Clock.Forward(5 * time.Minute)
		now = code(t, env, 0)
		if winners := atOnce(t, 8, func(int) error { return validate(env, "", now, "jane") }); len(winners) != 1 {
			t.Errorf("one code worked %d times", len(winners))
		}
		entries := env.Audit(sso.OpValidateTOTPCode)
		if last := entries[len(entries)-1]; last.Target != id || last.App != "CRM" {
			t.Errorf("audited %+v", last)
		}
		if log := env.Log.String(); strings.Contains(log, now) || strings.Contains(log, totpKey) {
			t.Error("the log has a code or a key")
		}
	})
}

func TestTOTPCodesThatMayBeReused(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Login.TOTPSingleUse = false }, func(t *testing.T, env *ssotest.Env) {
		env.User("jane", func(u *sso.NewUser) { u.TOTPKey = totpKey })
		for range 2 {
			if err := validate(env, "", code(t, env, 0), "jane"); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTOTPURI(t *testing.T) {
	t.Parallel()
	ssotest.Each(t, func(cfg *core.Config) { cfg.Main.SiteName = "My Site" }, func(t *testing.T, env *ssotest.Env) {
		got, err := env.Core.TOTPURI(totpKey, "jane")
		if want := "otpauth://totp/My%20Site:jane?secret=" + totpKey + "&issuer=My%20Site&algorithm=SHA1&digits=6&period=30"; got != want || err != nil {
			t.Errorf("got %s, %v", got, err)
		}
		_, err = env.Core.TOTPURI("x", "jane")
		refusedWith(t, "key", err, sso.InvalidInput)
		_, err = env.Core.TOTPURI(totpKey, "\xff")
		refusedWith(t, "label", err, sso.InvalidInput)
	})
}
