package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gatehouse/runtime"
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
Calls in flight finish after an interrupt; a second interrupt ends at once.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return in.serve(cmd) },
	}
	in.flags(cmd.Flags(), "data")
	in.serviceFlags(cmd.Flags())
	cmd.Flags().StringVar(&in.listen, "listen", "", "`HOST:PORT` to serve on (default 127.0.0.1:17010)")
	return cmd
}

func (i *installation) serve(cmd *cobra.Command) (err error) {
	host, err := i.open(cmd, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close(cmd.Context())) }()

	listener, release, err := host.Listen(cmd.Context())
	if err != nil {
		return err
	}
	defer release()
	passwords, err := host.firstRun(cmd.Context())
	if err != nil {
		return err
	}
	if err := host.LoadServices(cmd.Context()); err != nil {
		return err
	}
	page := welcome{
		out:       cmd.OutOrStdout(),
		url:       "http://" + listener.Addr().String(),
		program:   programName(),
		flags:     i.repeat(),
		passwords: passwords,
		app:       host.sso.DefaultApp(),
	}
	page.installation(host.cfg)
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
// installation. A URL may hold a password: it is asked for in its place.
func (i *installation) repeat() string {
	var flags string
	for _, flag := range []struct{ name, value string }{
		{"data", i.data}, {"config", i.config}, {"key-file", i.keyFile},
	} {
		if flag.value != "" {
			flags += fmt.Sprintf(" --%s %s", flag.name, quote(flag.value))
		}
	}
	if i.database != "" {
		flags += " --database 'URL'"
	}
	return flags
}
