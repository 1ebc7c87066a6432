// Package mail sends plain text by e-mail, through the SMTP connections of the
// configuration.
package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Config is one SMTP connection. What is zero takes its default.
type Config struct {
	Host string `yaml:"host"`

	// Port is, by default, that of the way to encrypt: 587, 465 or 25.
	Port int `yaml:"port"`

	// TLS is starttls (the default), tls from the first byte, or none.
	TLS string `yaml:"tls"`

	// CAFile has the certificates, PEM, that the server's is checked with,
	// instead of those of the system.
	CAFile string `yaml:"ca_file"`

	// Username logs in to the server; "" does not. The password may also come
	// from a file, or from the environment (see PasswordVariable), which goes
	// before both.
	Username     string `yaml:"username"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`

	// Timeout bounds the sending of one mail; 15 seconds by default.
	Timeout time.Duration `yaml:"timeout"`
}

// The ways to encrypt a connection.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	NoTLS    = "none"
)

var defaultPorts = map[string]int{StartTLS: 587, TLS: 465, NoTLS: 25}

const defaultTimeout = 15 * time.Second

// PasswordVariable is the environment variable that may hold the password of a
// connection: GATEHOUSE_SMTP_MAIN_PASSWORD for the one named main.
func PasswordVariable(name string) string {
	return "GATEHOUSE_SMTP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_")) + "_PASSWORD"
}

// IsPasswordVariable reports whether a variable may hold the password of a
// connection, of whatever name.
func IsPasswordVariable(name string) bool {
	name, ok := strings.CutPrefix(name, "GATEHOUSE_SMTP_")
	return ok && strings.HasSuffix(name, "_PASSWORD") && name != "_PASSWORD"
}

// Connections are the SMTP connections that there are, by name. The zero value
// has none. It is safe for concurrent use.
type Connections struct{ byName map[string]*connection }

// connection is a Config with its defaults and secrets.
type connection struct {
	Config
	name string
	tls  *tls.Config
}

var connectionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// New reads the secrets of connections. Its error joins all that is wrong with
// them, each fault beginning with its setting: smtp.main.host.
func New(configs map[string]Config) (*Connections, error) {
	made := &Connections{byName: map[string]*connection{}}
	variables := map[string]string{}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(configs)) {
		fault := func(setting, format string, args ...any) {
			faults = append(faults, fmt.Errorf("smtp.%s.%s: %s", name, setting, fmt.Sprintf(format, args...)))
		}
		variable := PasswordVariable(name)
		switch other, taken := variables[variable]; {
		case !connectionName.MatchString(name):
			faults = append(faults, fmt.Errorf("smtp.%s: the name of a connection is made of letters, digits, - and _", name))
		case taken:
			faults = append(faults, fmt.Errorf("smtp.%s: the name differs from %s in nothing that an environment variable can have", name, other))
		}
		variables[variable] = name
		made.byName[name] = newConnection(name, configs[name], fault)
	}
	return made, errors.Join(faults...)
}

func newConnection(name string, cfg Config, fault func(setting, format string, args ...any)) *connection {
	if cfg.TLS == "" {
		cfg.TLS = StartTLS
	}
	if cfg.Port == 0 {
		cfg.Port = defaultPorts[cfg.TLS]
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	c := &connection{Config: cfg, name: name, tls: &tls.Config{ServerName: cfg.Host, MinVersion: tls.VersionTLS12}}
	if _, known := defaultPorts[cfg.TLS]; !known {
		fault("tls", "must be %s, %s or %s, not %q", StartTLS, TLS, NoTLS, cfg.TLS)
	} else if cfg.Port < 1 || cfg.Port > 65535 {
		fault("port", "must be between 1 and 65535, not %d", cfg.Port)
	}
	if cfg.Host == "" || strings.ContainsFunc(cfg.Host, func(r rune) bool { return r <= ' ' || r == '/' }) {
		fault("host", "must be the name or the address of an SMTP server, not %q", cfg.Host)
	}
	if cfg.Timeout < 0 {
		fault("timeout", "must be above 0, such as 15s")
	}
	if cfg.CAFile != "" {
		if err := c.trust(cfg.CAFile); err != nil {
			fault("ca_file", "%v", err)
		}
	}
	if err := c.findPassword(); err != nil {
		fault("password_file", "%v", err)
	}
	switch {
	case cfg.Username == "" && (cfg.Password != "" || cfg.PasswordFile != ""):
		fault("username", "is missing: there is a password")
	case cfg.Username != "" && c.Password == "":
		fault("password", "is missing: set it here, in a password_file, or in the environment variable %s", PasswordVariable(name))
	case cfg.Username != "" && cfg.TLS == NoTLS && !isLoopback(cfg.Host):
		fault("tls", "must not be none: the password would travel in clear")
	}
	return c
}

func (c *connection) trust(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c.tls.RootCAs = x509.NewCertPool()
	if !c.tls.RootCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("there is no PEM certificate in %s", path)
	}
	return nil
}

// maxPasswordFile bounds what is read of a password's file, in bytes.
const maxPasswordFile = 4096

func (c *connection) findPassword() error {
	if text, ok := os.LookupEnv(PasswordVariable(c.name)); ok && c.Username != "" {
		c.Password = text
		return nil
	}
	if c.PasswordFile == "" {
		return nil
	}
	if c.Password != "" {
		return errors.New("there is a password as well: give one of them")
	}
	file, err := os.Open(c.PasswordFile)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", c.PasswordFile)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return fmt.Errorf("the mode %04o of %s lets everybody at it; run: chmod o= %s", info.Mode().Perm(), c.PasswordFile, c.PasswordFile)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxPasswordFile))
	c.Password = strings.TrimRight(string(text), "\r\n")
	return err
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Has reports whether there is a connection of a name.
func (c *Connections) Has(name string) bool {
	_, there := c.byName[name]
	return there
}

// Names lists the connections, sorted.
func (c *Connections) Names() []string { return slices.Sorted(maps.Keys(c.byName)) }
