package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/plugin"
)

// databaseVariable may hold the URL of the database.
const databaseVariable = runtime.DatabaseVariable

func newRoot() *cobra.Command {
	serve := newServe()
	root := &cobra.Command{
		Use:   "gatehouse",
		Short: "A service host with single sign-on built in",
		Long: `Gatehouse runs services written in Go, straight from their source files, and
gives each of them single sign-on: users, sessions and their attributes.

Without a command it serves, as "gatehouse serve" does. The first start makes
everything that it needs in the directory ./data and shows passwords once.`,
		Example: `  gatehouse                          serve ./services, with all else in ./data
  gatehouse check                    look for errors in ./services, run nothing
  gatehouse sso create-user jane     create a user, asking for a password
  gatehouse audit list --since 1h    see what users did in the last hour`,
		Args:          subcommand,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          serve.RunE,
	}
	root.Flags().AddFlagSet(serve.Flags())
	root.Flags().SetNormalizeFunc(serve.Flags().GetNormalizeFunc())
	root.AddCommand(serve, newInvoke(), newCheck(), newSSO(), newSecurity(), newAudit(), newKeys(), newTakeOver(), newConfig(), newVersion())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	return root
}

// installation holds the flags that say which installation a command works on.
type installation struct {
	data     string
	dataFlag string // what the flag of data is called here
	database string
	config   string
	keyFile  string
	services []string
	listen   string
}

// flags adds the flags of an installation. Its directory is --data, and
// --data-dir as well, which is the only name of it where --data is the input.
func (i *installation) flags(flags *pflag.FlagSet) {
	i.flagsNamed(flags, "data", dataUsage+"; --data-dir does the same")
	alsoNamed(flags, "data-dir", "data")
}

const dataUsage = "`directory` of the SQLite database and the secret key (default data)"

// alsoNamed gives a flag another name.
func alsoNamed(flags *pflag.FlagSet, other, name string) {
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, given string) pflag.NormalizedName {
		if given == other {
			given = name
		}
		return pflag.NormalizedName(given)
	})
}

// flagsNamed is flags with a name and a description for the directory.
func (i *installation) flagsNamed(flags *pflag.FlagSet, dataFlag, usage string) {
	i.dataFlag = dataFlag
	flags.StringVar(&i.data, dataFlag, "", usage)
	flags.StringVar(&i.database, "database", "", "PostgreSQL `URL`, such as postgres://user:password@host/name; "+databaseVariable+" does the same (default: SQLite in the data directory)")
	flags.StringVar(&i.config, "config", "", "configuration `file` in YAML")
	flags.StringVar(&i.keyFile, "key-file", "", "`file` with the secret key; GATEHOUSE_SECRET_KEY may hold the key itself (default secret.key in the data directory)")
}

// serviceFlags adds the flags of commands that load services.
func (i *installation) serviceFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&i.services, "services", nil, "`directory` of services, with all below it; may be repeated (default services)")
}

// configuration puts together the file, the environment and the flags, each
// going before the one named before it.
func (i *installation) configuration() (runtime.Config, error) {
	cfg := runtime.DefaultConfig()
	if isJSON(i.data) {
		instead := `"gatehouse invoke SERVICE --data JSON" takes input`
		if i.dataFlag != "data" {
			instead = "the input of the service is --data"
		}
		return cfg, fmt.Errorf("--%s names the data directory here, and this is JSON: %s", i.dataFlag, instead)
	}
	if i.config != "" {
		var err error
		if cfg, err = runtime.LoadConfig(i.config); err != nil {
			return cfg, err
		}
	}
	if err := cfg.ReadEnvironment(os.Environ()); err != nil {
		return cfg, err
	}
	if err := cfg.CheckEnvironment(plugin.New()); err != nil {
		return cfg, err
	}
	override := func(name string, setting *string, flag string) {
		if flag != "" {
			*setting = flag
			cfg.Replaced(name)
		}
	}
	override("data", &cfg.Data, i.data)
	override("database", &cfg.Database, i.database)
	override("key_file", &cfg.KeyFile, i.keyFile)
	override("listen", &cfg.Listen, i.listen)
	if len(i.services) > 0 {
		cfg.Services.Directories = i.services
		cfg.Replaced("services.directories")
	}
	return cfg, nil
}

// opened is an installation at work.
type opened struct {
	*runtime.Runtime
	sso *plugin.SSO
	cfg runtime.Config
}

// open opens the installation, and makes one where there is none.
func (i *installation) open(cmd *cobra.Command) (*opened, error) {
	return i.openWith(cmd, false, runtime.Options{})
}

// openToChange opens the installation for a command that begins one, too. It
// logs nothing, as what the command returns or prints says it all.
func (i *installation) openToChange(cmd *cobra.Command) (*opened, error) {
	return i.tellOfNew(cmd, func() (*opened, error) { return i.openWith(cmd, true, runtime.Options{}) })
}

// tellOfNew tells of an installation that was made: the directory may have been
// mistyped.
func (i *installation) tellOfNew(cmd *cobra.Command, open func() (*opened, error)) (*opened, error) {
	cfg, err := i.configuration()
	isNew := err == nil && !cfg.Exists()
	host, err := open()
	if err == nil && isNew {
		fmt.Fprintf(cmd.ErrOrStderr(), "Made a new installation in %s\n", cfg.Data)
	}
	return host, err
}

// openToRead opens an installation that must be there, and logs nothing.
func (i *installation) openToRead(cmd *cobra.Command) (*opened, error) {
	return i.openWith(cmd, true, runtime.Options{Existing: true})
}

// reading has a command work with an installation that must be there.
func (i *installation) reading(cmd *cobra.Command, work func(host *opened) error) error {
	return using(cmd, i.openToRead, work)
}

// changing has a command work with an installation that it may begin.
func (i *installation) changing(cmd *cobra.Command, work func(host *opened) error) error {
	return using(cmd, i.openToChange, work)
}

// using has a command work with what open opens, and closes it.
func using(cmd *cobra.Command, open func(*cobra.Command) (*opened, error), work func(host *opened) error) (err error) {
	host, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close(cmd.Context())) }()
	return work(host)
}

func (i *installation) openWith(cmd *cobra.Command, quiet bool, options runtime.Options) (*opened, error) {
	cfg, err := i.configuration()
	if err != nil {
		return nil, err
	}
	logger, err := newLogger(cmd, cfg.Log, quiet)
	if err != nil {
		return nil, cfg.Locate(err)
	}
	sso := plugin.New()
	options.Config, options.Logger, options.Plugins, options.Version = cfg, logger, []runtime.Plugin{sso}, version()
	rt, err := runtime.Open(cmd.Context(), options)
	if err != nil {
		return nil, err
	}
	return &opened{Runtime: rt, sso: sso, cfg: cfg}, nil
}

func newLogger(cmd *cobra.Command, cfg runtime.LogConfig, quiet bool) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		return nil, fmt.Errorf("log.level: want debug, info, warn or error, not %q", cfg.Level)
	}
	if quiet {
		level = max(level, slog.LevelError+1) // the command itself says what failed
	}
	options := &slog.HandlerOptions{Level: level}
	switch strings.ToLower(cfg.Format) {
	case "text":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), options)), nil
	}
	return nil, fmt.Errorf("log.format: want text or json, not %q", cfg.Format)
}
