package core

import (
	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/network"
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
	if node.Kind == yaml.ScalarNode && node.ShortTag() == "!!bool" {
		return node.Load(&c.Enabled)
	}
	type section ThrottleConfig // without this method
	return node.Load((*section)(c), yaml.WithKnownFields())
}

// check tells what is wrong, each setting by its name below login.throttle.
// What is not enabled is not looked at.
func (c *ThrottleConfig) check(fault func(setting, format string, args ...any)) {
	if !c.Enabled {
		return
	}
	const setting = "login.throttle."
	between := func(name string, value, least, most int) {
		if value < least || value > most {
			fault(setting+name, "must be between %d and %d, not %d", least, most, value)
		}
	}
	between("user_attempts", c.UserAttempts, 1, 1_000_000)
	between("address_attempts", c.AddressAttempts, 0, 1_000_000)
	between("longest_delay", c.LongestDelay, 1, 86_400)
	between("first_delay", c.FirstDelay, 1, max(1, c.LongestDelay))
	between("window", c.Window, max(1, c.LongestDelay), 30*86_400)
	between("known_address", c.KnownAddress, 0, 3650)
	for name, networks := range map[string][]string{"shared_addresses": c.SharedAddresses, "exempt_addresses": c.ExemptAddresses} {
		if _, err := network.ParseList(networks); err != nil {
			fault(setting+name, "%v", err)
		}
	}
}
