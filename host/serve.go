package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/plugin"
)

func newServe() *cobra.Command {
	var in installation
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Load the services and serve them and the SSO over HTTP",
		Long: `Loads all services below the services directories, reloads them when their
files change, and serves them and the SSO over HTTP until it is interrupted.

The first start makes the data directory, the secret key, the database, a
super-user and a Basic Auth definition, and shows their passwords once.
Calls in flight finish after an interrupt; a second interrupt ends at once.
Standard output says where the host serves, and how to try it; the log is on
standard error.`,
		Example: `  gatehouse serve
  gatehouse serve --services services --services more --listen 0.0.0.0:8080
  gatehouse serve --config gatehouse.yaml --database postgres://gatehouse@db/gatehouse`,
		Annotations: exitsWith("0 ended by an interrupt, or by SIGTERM", "1 it could not start, or could not go on: the message says why"),
		Args:        noArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return in.serve(cmd) },
	}
	in.flags(cmd.Flags())
	in.serviceFlags(cmd.Flags())
	cmd.Flags().StringVar(&in.listen, "listen", "", "`HOST:PORT` to serve on (default 127.0.0.1:17010)")
	return cmd
}

func (i *installation) serve(cmd *cobra.Command) (err error) {
	host, err := i.open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close(cmd.Context())) }()

	listener, release, err := host.Listen(cmd.Context())
	if err != nil {
		return err
	}
	defer release()
	page := welcome{
		out:     cmd.OutOrStdout(),
		program: programName(),
		flags:   i.repeat(),
		environment: append(host.cfg.Variables("listen", "services", "http", "log"), // which the lines do without
			driverVariables(host.cfg)...),
		app: host.sso.DefaultApp(),
	}
	page.reach(listener.Addr(), host.cfg, host.CertificateNames())
	if from := host.RedirectAddress(); from != nil {
		page.redirect = "http://" + from.String()
	}
	if hasPassword(i.database) {
		page.database = withoutPassword(i.database)
	}
	page.isListed = host.isListed(runtime.InvokeDefinition)
	page.passwords, err = host.firstRun(cmd.Context())
	page.installation(host.cfg) // at once: whatever fails later, passwords that were made are not lost
	if err != nil {
		return err
	}
	if err := host.LoadServices(cmd.Context()); err != nil {
		return err
	}
	if page.hasSuperUser, err = host.hasUser(cmd.Context(), plugin.FirstSuperUser); err != nil {
		return err
	}
	page.services(host.Services(), host.cfg.Services.Directories, missingDirectories(host.cfg))
	page.try(host.Services())
	return host.Serve(cmd.Context(), listener)
}

func missingDirectories(cfg runtime.Config) []string {
	var missing []string
	for _, directory := range cfg.Services.Directories {
		if _, err := os.Stat(directory); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, directory)
		}
	}
	return missing
}

// repeat returns the flags that another command needs to work on the same
// installation. A URL with a password is not shown: the page has the variable.
func (i *installation) repeat() string {
	shown := []struct{ name, value string }{{"data", i.data}, {"config", i.config}, {"key-file", i.keyFile}}
	if !hasPassword(i.database) {
		shown = append(shown, struct{ name, value string }{"database", i.database})
	}
	var flags string
	for _, flag := range shown {
		if flag.value != "" {
			flags += fmt.Sprintf(" --%s %s", flag.name, quote(flag.value))
		}
	}
	return flags
}

// driverVariables lists those that complete the URL of a PostgreSQL database.
func driverVariables(cfg runtime.Config) (names []string) {
	for _, name := range []string{"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE",
		"PGSSLMODE", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT", "PGSSLPASSWORD", "PGTARGETSESSIONATTRS"} {
		if !cfg.IsSQLite() && os.Getenv(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// localAddress is where clients on this machine reach a listener.
func localAddress(of net.Addr) string {
	if tcp, ok := of.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return of.String()
}

// passwordPlaceholder stands for what is not shown.
const passwordPlaceholder = "PASSWORD"

// passwordParameters are those of a database URL that hold one.
var passwordParameters = []string{"password", "sslpassword"}

// hasPassword reports whether a database URL holds a password, or may.
func hasPassword(databaseURL string) bool {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		return true
	}
	_, isSet := parsed.User.Password()
	return isSet || slices.ContainsFunc(passwordParameters, parsed.Query().Has)
}

// withoutPassword returns a database URL with a placeholder for its password.
func withoutPassword(databaseURL string) string {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		return "postgres://USER:" + passwordPlaceholder + "@HOST/NAME"
	}
	if _, isSet := parsed.User.Password(); isSet {
		parsed.User = url.UserPassword(parsed.User.Username(), passwordPlaceholder)
	}
	query := parsed.Query()
	for _, name := range passwordParameters {
		if query.Has(name) {
			query.Set(name, passwordPlaceholder)
			parsed.RawQuery = query.Encode()
		}
	}
	return parsed.String()
}
