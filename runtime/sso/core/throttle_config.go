package core

import (
	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/settings"
)

// ThrottleConfig says how wrong guesses at passwords, TOTP codes and the like
// are slowed down. In a file it may also be a switch: true is the section with
// its defaults, false is one that is not enabled.
type ThrottleConfig struct {
	Enabled         bool     `yaml:"enabled"`
	UserAttempts    int      `yaml:"user_attempts"`    // wrong guesses at one user before there are delays
	AddressAttempts int      `yaml:"address_attempts"` // the same for one address, whoever the users are; 0 counts none by address
	FirstDelay      int      `yaml:"first_delay"`      // seconds; doubled with each further wrong guess
	LongestDelay    int      `yaml:"longest_delay"`    // seconds
	Window          int      `yaml:"window"`           // seconds after the first wrong guess, when all are forgotten
	KnownAddress    int      `yaml:"known_address"`    // days that an address counts as the user's after a login; 0 is not at all
	SharedAddresses []string `yaml:"shared_addresses"` // networks of proxies and the like, not counted by address
	ExemptAddresses []string `yaml:"exempt_addresses"` // networks that are neither counted nor slowed down
}

func defaultThrottle() ThrottleConfig {
	return ThrottleConfig{
		Enabled:      true,
		UserAttempts: 5, AddressAttempts: 100,
		FirstDelay: 1, LongestDelay: 60, Window: 900,
		KnownAddress:    30,
		SharedAddresses: []string{"127.0.0.0/8", "::1/128"},
	}
}

// UnmarshalYAML takes true and false for the whole section.
func (c *ThrottleConfig) UnmarshalYAML(node *yaml.Node) error {
	type section ThrottleConfig // without this method
	return settings.LoadSwitch(node, &c.Enabled, (*section)(c))
}

// check tells what is wrong, each setting by its name below sso.login.throttle.
// What is not enabled is not looked at.
func (c *ThrottleConfig) check(fault settings.Fault) {
	if !c.Enabled {
		return
	}
	below := settings.Fault(func(setting, format string, args ...any) { fault("login.throttle."+setting, format, args...) })
	below.Between("user_attempts", c.UserAttempts, 1, 1_000_000)
	below.Between("known_address", c.KnownAddress, 0, 3650)
	c.shared().Check(below)
}

func (c *ThrottleConfig) shared() backoff.Settings {
	return backoff.Settings{
		AddressAttempts: c.AddressAttempts,
		FirstDelay:      c.FirstDelay, LongestDelay: c.LongestDelay, Window: c.Window,
		SharedAddresses: c.SharedAddresses, ExemptAddresses: c.ExemptAddresses,
	}
}

func (c *ThrottleConfig) delays() backoff.Delays { return c.shared().Delays() }
