// Package certificate gives a server its TLS: with certificates from files,
// which are read again when they change, or from an authority that speaks ACME
// (RFC 8555), such as Let's Encrypt.
package certificate

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"gatehouse/runtime/internal/settings"
)

// Config says whether and how a server speaks TLS.
type Config struct {
	// CertFile has the certificate, PEM, and after it those that lead to the
	// authority's; KeyFile its key. Without them, and without ACME, there is no
	// TLS.
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`

	ACME ACMEConfig `yaml:"acme"`

	// HSTS is for how many seconds browsers are told to come by TLS alone; 0
	// tells them nothing.
	HSTS int `yaml:"hsts"`

	// RedirectListen is an address, host:port, where plain HTTP is sent on to
	// TLS; "" is none. RedirectPort is the port that it is sent to; 0 is the one
	// that TLS is served on.
	RedirectListen string `yaml:"redirect_listen"`
	RedirectPort   int    `yaml:"redirect_port"`
}

// ACMEConfig says how certificates are got from an authority.
type ACMEConfig struct {
	Enabled bool     `yaml:"enabled"`
	Domains []string `yaml:"domains"` // names to have certificates for
	Email   string   `yaml:"email"`   // that the authority may write to; "" is none

	DirectoryURL string `yaml:"directory_url"` // where the authority begins
	CAFile       string `yaml:"ca_file"`       // certificates to check the authority's own with, PEM, instead of the system's
}

// DefaultConfig returns what holds where nothing is configured: no TLS.
func DefaultConfig() Config {
	return Config{ACME: ACMEConfig{DirectoryURL: "https://acme-v02.api.letsencrypt.org/directory"}}
}

// Enabled reports whether there is TLS.
func (c *Config) Enabled() bool { return c.ACME.Enabled || c.CertFile != "" || c.KeyFile != "" }

// longestHSTS is two years, which is what lists of browsers ask for.
const longestHSTS = 2 * 365 * 86_400

// Check tells what is wrong, each setting by its path, which begins with the
// section's. It looks at no file.
func (c *Config) Check(section string) []error {
	return settings.Faults(section, func(fault settings.Fault) { c.check(section, fault) })
}

func (c *Config) check(section string, fault settings.Fault) {
	switch {
	case c.CertFile != "" && c.KeyFile == "":
		fault("cert_file", "has no key: name the key's file in %s.key_file", section)
	case c.CertFile == "" && c.KeyFile != "":
		fault("key_file", "has no certificate: name the certificate's file in %s.cert_file", section)
	case c.ACME.Enabled && c.CertFile != "":
		fault("acme.enabled", "certificates come from files or from ACME, not from both: leave %s.cert_file and key_file out, or this", section)
	}
	fault.Between("hsts", c.HSTS, 0, longestHSTS)
	fault.Between("redirect_port", c.RedirectPort, 0, 65_535)
	if !c.Enabled() {
		for _, of := range []struct {
			setting string
			isSet   bool
		}{{"hsts", c.HSTS > 0}, {"redirect_listen", c.RedirectListen != ""}, {"redirect_port", c.RedirectPort > 0}} {
			if of.isSet {
				fault(of.setting, "there is no TLS: set %s.cert_file and key_file, or acme", section)
			}
		}
		return
	}
	if c.RedirectListen != "" && !settings.IsHostPort(c.RedirectListen) {
		fault("redirect_listen", "want HOST:PORT, such as :80, not %q", c.RedirectListen)
	}
	if c.ACME.Enabled {
		c.ACME.check(fault)
	}
}

func (c *ACMEConfig) check(fault settings.Fault) {
	if len(c.Domains) == 0 {
		fault("acme.domains", "must have a name at least, such as sso.example.com")
	}
	for _, domain := range c.Domains {
		if err := checkDomain(domain); err != nil {
			fault("acme.domains", "%w", err)
		}
	}
	if c.Email != "" {
		if parsed, err := mail.ParseAddress(c.Email); err != nil || parsed.Address != c.Email {
			fault("acme.email", "%q is no e-mail address", c.Email)
		}
	}
	if parsed, err := url.Parse(c.DirectoryURL); err != nil || parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil {
		fault("acme.directory_url", "want a URL that begins with https://, without a user")
	}
}

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func checkDomain(domain string) error {
	if _, err := netip.ParseAddr(domain); err == nil {
		return fmt.Errorf("%q is an address: names alone can be had", domain)
	}
	switch {
	case strings.HasPrefix(domain, "*."):
		return fmt.Errorf("%q: names with * cannot be had in this way: list each name", domain)
	case len(domain) > 253, !domainName.MatchString(domain):
		return fmt.Errorf("%q is no name such as sso.example.com: in lower case, without scheme, port and final dot", domain)
	}
	return nil
}

// errNoName is the answer to a client that does not say for which name.
var errNoName = errors.New("the client names no host, or one that is none of the configured names")
