package core_test

import (
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/sso/core"
)

func TestThrottleIsASwitchOrASection(t *testing.T) {
	t.Parallel()
	defaults := core.DefaultConfig().Login.Throttle
	with := func(change func(*core.ThrottleConfig)) core.ThrottleConfig {
		changed := defaults
		change(&changed)
		return changed
	}
	for text, want := range map[string]core.ThrottleConfig{
		"login: {}":                                 defaults,
		"login: {throttle: true}":                   defaults,
		"login: {throttle: false}":                  with(func(c *core.ThrottleConfig) { c.Enabled = false }),
		"login: {throttle: {enabled: false}}":       with(func(c *core.ThrottleConfig) { c.Enabled = false }),
		"login: {throttle: {user_attempts: 7}}":     with(func(c *core.ThrottleConfig) { c.UserAttempts = 7 }),
		"login: {throttle: {shared_addresses: []}}": with(func(c *core.ThrottleConfig) { c.SharedAddresses = []string{} }),
	} {
		cfg := core.DefaultConfig()
		if err := yaml.Load([]byte(text), &cfg, yaml.WithKnownFields()); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if !reflect.DeepEqual(cfg.Login.Throttle, want) {
			t.Errorf("%s: %+v", text, cfg.Login.Throttle)
		} else if err := cfg.Check(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"login: {throttle: 7}", "login: {throttle: {attempts: 7}}", "login: {throttle: [true]}", "login: {throttle: sometimes}"} {
		cfg := core.DefaultConfig()
		if err := yaml.Load([]byte(text), &cfg, yaml.WithKnownFields()); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	for setting, change := range map[string]func(*core.Config){
		"login.throttle.user_attempts":    func(c *core.Config) { c.Login.Throttle.UserAttempts = 0 },
		"login.throttle.address_attempts": func(c *core.Config) { c.Login.Throttle.AddressAttempts = -1 },
		"login.throttle.first_delay":      func(c *core.Config) { c.Login.Throttle.FirstDelay = 61 },
		"login.throttle.longest_delay":    func(c *core.Config) { c.Login.Throttle.LongestDelay = 0 },
		"login.throttle.window":           func(c *core.Config) { c.Login.Throttle.Window = 59 },
		"login.throttle.known_address":    func(c *core.Config) { c.Login.Throttle.KnownAddress = -1 },
		"login.throttle.shared_addresses": func(c *core.Config) { c.Login.Throttle.SharedAddresses = []string{"nowhere"} },
		"login.throttle.exempt_addresses": func(c *core.Config) { c.Login.Throttle.ExemptAddresses = []string{"10.0.0.0/99"} },
		"password.min_complexity":         func(c *core.Config) { c.Password.MinComplexity = 5 },
		"hash_secret.max_concurrent":      func(c *core.Config) { c.HashSecret.MaxConcurrent = -1 },
		"hash_secret.max_waiting":         func(c *core.Config) { c.HashSecret.MaxWaiting = -1 },
	} {
		cfg := core.DefaultConfig()
		change(&cfg)
		if err := cfg.Check(); err == nil || !strings.HasPrefix(err.Error(), "sso."+setting+": ") {
			t.Errorf("%s: %v", setting, err)
		}
	}
}
