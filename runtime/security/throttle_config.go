package security

import (
	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/backoff"
	"gatehouse/runtime/internal/settings"
)

// ThrottleConfig says how wrong guesses at the passwords of Basic Auth
// definitions are slowed down. In a file it may also be a switch: true is the
// section with its defaults, false is one that is not enabled.
type ThrottleConfig struct {
	Enabled            bool     `yaml:"enabled"`
	DefinitionAttempts int      `yaml:"definition_attempts"` // wrong passwords of one username from one address before there are delays
	AddressAttempts    int      `yaml:"address_attempts"`    // the same from one address, whatever the usernames; 0 counts none by address alone
	FirstDelay         int      `yaml:"first_delay"`         // seconds; doubled with each further wrong guess
	LongestDelay       int      `yaml:"longest_delay"`       // seconds
	Window             int      `yaml:"window"`              // seconds after the first wrong guess, when all are forgotten
	SharedAddresses    []string `yaml:"shared_addresses"`    // networks of proxies and the like, not counted by address alone
	ExemptAddresses    []string `yaml:"exempt_addresses"`    // networks that are neither counted nor slowed down
}

// DefaultThrottle returns what holds where nothing is configured.
func DefaultThrottle() ThrottleConfig {
	return ThrottleConfig{
		Enabled:            true,
		DefinitionAttempts: 5, AddressAttempts: 100,
		FirstDelay: 1, LongestDelay: 60, Window: 900,
		SharedAddresses: []string{"127.0.0.0/8", "::1/128"},
	}
}

// UnmarshalYAML takes true and false for the whole section.
func (c *ThrottleConfig) UnmarshalYAML(node *yaml.Node) error {
	type section ThrottleConfig // without this method
	return settings.LoadSwitch(node, &c.Enabled, (*section)(c))
}

// Check tells what is wrong, each setting by its path, which begins with the
// section's. What is not enabled is not looked at.
func (c *ThrottleConfig) Check(section string) []error {
	if !c.Enabled {
		return nil
	}
	return settings.Faults(section, func(fault settings.Fault) {
		fault.Between("definition_attempts", c.DefinitionAttempts, 1, 1_000_000)
		c.shared().Check(fault)
	})
}

func (c *ThrottleConfig) shared() backoff.Settings {
	return backoff.Settings{
		AddressAttempts: c.AddressAttempts,
		FirstDelay:      c.FirstDelay, LongestDelay: c.LongestDelay, Window: c.Window,
		SharedAddresses: c.SharedAddresses, ExemptAddresses: c.ExemptAddresses,
	}
}

func (c *ThrottleConfig) delays() backoff.Delays { return c.shared().Delays() }
