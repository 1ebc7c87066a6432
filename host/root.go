package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
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
everything that it needs in the directory ./data and shows passwords once.

Commands work on the installation that --data, --database or the environment
name, with or without a running host. Flags may be written with underscores, too:
--display_name is --display-name. With --json, standard output has the result
alone, as one JSON object, or one a line; each line of standard error is an
object as well, and where the command fails, the last one is
{"error": ..., "exit_status": ..., "sub_status": [...]}.

An interrupt ends any command cleanly, a second one at once (exit status 130).
Where nobody reads standard output any more, as behind head, the exit status is
141.`,
		Example: `  # serve ./services, with all else in ./data
  gatehouse

  # look for errors in ./services, and run nothing
  gatehouse check

  # create a user, asking for a password
  gatehouse sso create-user jane

  # see what users did in the last day
  gatehouse audit list --since 1d`,
		Annotations:   serve.Annotations,
		Args:          subcommand,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          serve.RunE,
	}
	root.Flags().AddFlagSet(serve.Flags())
	root.Flags().SetNormalizeFunc(serve.Flags().GetNormalizeFunc())
	root.AddCommand(serve, newInvoke(), newCheck(), newSSO(), newSecurity(), newAudit(), newKeys(), newTakeOver(), newConfig(), newMan(), newVersion())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.InitDefaultHelpCmd()
	root.SetHelpFunc(showManual)
	root.SetUsageTemplate(usageTemplate(root))
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	normalize(root)
	completeFlags(root)
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

	flagSet *pflag.FlagSet // that these are flags of
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
	i.dataFlag, i.flagSet = dataFlag, flags
	flags.StringVar(&i.data, dataFlag, "", usage)
	flags.StringVar(&i.database, "database", "", "PostgreSQL `URL`, such as postgres://user:password@host/name; "+databaseVariable+" does the same (default: SQLite in the data directory)")
	flags.StringVar(&i.config, "config", "", "configuration `file` in YAML")
	flags.StringVar(&i.keyFile, "key-file", "", "`file` with the secret key; GATEHOUSE_SECRET_KEY may hold the key itself (default secret.key in the data directory)")
}

// serviceFlags adds the flags of commands that load services.
func (i *installation) serviceFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&i.services, "services", nil, "`directory` of services, with all below it; may be repeated (default services)")
}

// checkFlags refuses what was given and is empty, as a variable of a shell is
// that was not set: what is left out is something else.
func (i *installation) checkFlags() error {
	var fault error
	i.flagSet.VisitAll(func(flag *pflag.Flag) {
		if !flag.Changed {
			return
		}
		instead := map[string]string{
			i.dataFlag: "the directory data", "database": "the SQLite database in the data directory", "config": "no file",
			"key-file": "the key file of the data directory", "listen": "127.0.0.1:17010",
		}[flag.Name]
		if instead != "" && flag.Value.String() == "" || flag.Name == "services" && slices.Contains(i.services, "") {
			if instead == "" {
				instead = "the directory services"
			}
			fault = errors.Join(fault, fmt.Errorf("--%s is empty: leave it out to have what the environment or the configuration file names, or else %s", flag.Name, instead))
		}
	})
	return fault
}

// configuration puts together the file, the environment and the flags, each
// going before the one named before it.
func (i *installation) configuration() (runtime.Config, error) {
	cfg := runtime.DefaultConfig()
	if err := i.checkFlags(); err != nil {
		return cfg, err
	}
	if isJSON(i.data) {
		instead := `"gatehouse invoke SERVICE --data JSON" takes input`
		if i.dataFlag != "data" {
			instead = "the input of the service is --data"
		}
		return cfg, fmt.Errorf("--%s names the data directory here, and this is JSON: %s", i.dataFlag, instead)
	}
	if i.config != "" {
		var err error
		if cfg, err = runtime.LoadConfig(i.config, plugin.New()); err != nil {
			return cfg, err
		}
	}
	if err := cfg.ReadEnvironment(settingVariables()); err != nil {
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

// settingVariables are the environment without what completion of shells has in
// it, which begins like settings.
func settingVariables() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GATEHOUSE_ACTIVE_HELP=") || strings.HasPrefix(variable, "GATEHOUSE_COMPLETION_DESCRIPTIONS=")
	})
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
		remark(cmd, "Made a new installation in %s", cfg.Data)
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
