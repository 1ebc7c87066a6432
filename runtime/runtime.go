// Package runtime is the service host as a library: it opens the database and
// the key of an installation, starts plugins, runs services and serves them
// over HTTP. The program in host is a thin layer over it.
//
// A request walks straight down: channel, Invoke, script, the service, its
// SSO, core, store, database; and its answer straight up.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/database/open"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/script"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/security"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

// InvokeDefinition is the security definition that guards the invocation of
// services and the list of them, unless http.definitions names others.
const InvokeDefinition = "pubapi"

// Runtime is an open installation. Open makes it, Close ends it; between them
// its methods are safe for concurrent use.
type Runtime struct {
	cfg      Config
	logger   *slog.Logger
	plugins  []Plugin
	started  []Plugin
	db       database.DB
	keys     *secret.Keyring
	keyIsNew bool // it was made by this start
	security *security.Definitions
	mail     *mail.Connections
	sso      sso.Core
	engine   *script.Engine
	compiled map[string]func() service.Handler
	version  string
	edge     *edge // since Listen
}

// Options are what a Runtime is opened with.
type Options struct {
	Config  Config
	Logger  *slog.Logger
	Plugins []Plugin

	// Compiled are services that are compiled into the program, by name.
	Compiled map[string]func() service.Handler

	// Version is the version of the program, which the documentation over HTTP
	// names.
	Version string

	// Existing has Open fail with ErrNoInstallation, and make nothing, where
	// the data directory has no database yet. A PostgreSQL database is taken
	// as it is.
	Existing bool
}

// ErrNoInstallation is matched by the error of Open where Options.Existing is
// set and there is no installation.
var ErrNoInstallation = errors.New("there is no installation")

// Open checks the configuration, opens or makes the key and the database,
// brings the tables up to date and starts the plugins. It runs no service and
// listens nowhere yet.
func Open(ctx context.Context, o Options) (_ *Runtime, err error) {
	r := &Runtime{cfg: o.Config, logger: o.Logger, plugins: o.Plugins, compiled: o.Compiled, version: o.Version}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close(ctx))
		}
	}()
	if err := r.configure(); err != nil {
		return nil, err
	}
	if o.Existing && !r.cfg.Exists() {
		return nil, fmt.Errorf("%w in %s: the first start of the host makes one; choose another directory with --data, or name its PostgreSQL database with --database or GATEHOUSE_DATABASE_URL", ErrNoInstallation, r.cfg.Data)
	}
	if err := r.openDatabase(ctx); err != nil {
		return nil, err
	}
	hasher, err := password.New(password.Config{})
	if err != nil {
		return nil, err
	}
	r.security = security.New(security.Config{DB: r.db, Hasher: hasher, Keys: r.keys, Throttle: &r.cfg.HTTP.Throttle, Logger: r.logger})
	if err := r.migrate(ctx); err != nil {
		return nil, err
	}
	for _, plugin := range r.plugins {
		r.started = append(r.started, plugin)
		if err := plugin.Start(ctx, r.host()); err != nil {
			return nil, fmt.Errorf("%s: %w", plugin.Name(), err)
		}
		if provider, ok := plugin.(SSOProvider); ok {
			r.sso = provider.SSO()
		}
		if ender, ok := plugin.(SessionEnder); ok {
			r.security.SetSessions(ender)
		}
	}
	if r.sso == nil {
		return nil, errors.New("runtime: no plugin provides the SSO")
	}
	if err := r.claimKey(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Security returns the security definitions.
func (r *Runtime) Security() *security.Definitions { return r.security }

func (r *Runtime) configure() error {
	names := make([]string, len(r.plugins))
	for i, plugin := range r.plugins {
		names[i] = plugin.Name()
	}
	faults := []error{r.cfg.check(names), r.cfg.checkDatabaseURL()}
	for _, plugin := range r.plugins {
		faults = append(faults, plugin.Configure(func(dst any) error { return r.cfg.section(plugin.Name(), dst) }))
	}
	if errors.Join(faults...) == nil { // only then all sections have been read
		faults = append(faults, r.cfg.unknownVariables())
	}
	connections, err := mail.New(r.cfg.SMTP)
	faults = append(faults, err)
	for _, plugin := range r.plugins {
		if user, ok := plugin.(MailUser); ok {
			if setting, name := user.SMTPConnection(); name != "" && !connections.Has(name) {
				there := "and no other"
				if names := connections.Names(); len(names) > 0 {
					there = fmt.Sprintf("only %q", names)
				}
				faults = append(faults, fmt.Errorf("%s: smtp has no connection %q, %s", setting, name, there))
			}
		}
	}
	r.mail = connections
	return r.cfg.Locate(errors.Join(faults...))
}

func (r *Runtime) openDatabase(ctx context.Context) error {
	keys, discard, err := r.openKeys()
	if err != nil {
		return err
	}
	r.keys = keys
	location := r.cfg.location()
	prepare := security.Statements(open.DialectOf(location))
	for _, plugin := range r.plugins {
		prepare = append(prepare, plugin.Statements(open.DialectOf(location))...)
	}
	r.db, err = open.Database(ctx, location, prepare)
	if err == nil {
		err = r.recognize(ctx)
	}
	if err == nil {
		err = r.checkKey(ctx)
	}
	if err != nil {
		discard() // a key made for nothing would only confuse
	}
	return err
}

func (r *Runtime) migrate(ctx context.Context) error {
	if err := r.db.Migrate(ctx, "security", security.Migrations()); err != nil {
		return err
	}
	for _, plugin := range r.plugins {
		if err := r.db.Migrate(ctx, plugin.Name(), plugin.Migrations()); err != nil {
			return fmt.Errorf("%s: %w", plugin.Name(), err)
		}
	}
	return nil
}

// LoadServices loads the scripts and the compiled-in services, so that Invoke
// finds them. Scripts that do not check are reported in the log and by
// Services; they do not make it fail.
func (r *Runtime) LoadServices(ctx context.Context) error {
	engine, err := script.New(script.Config{
		Dirs:     r.cfg.Services.Directories,
		Logger:   r.logger,
		Timeout:  r.cfg.Services.Timeout,
		Timeouts: r.cfg.Services.Timeouts,
		PoolSize: r.cfg.Services.PoolSize,
	})
	if err != nil {
		return err
	}
	for name, newHandler := range r.compiled {
		if err := engine.Register(name, newHandler); err != nil {
			return errors.Join(err, engine.Close())
		}
	}
	r.engine = engine
	if err := engine.Load(ctx); err != nil {
		return err
	}
	r.warnOfMissingServices()
	return nil
}

// warnOfMissingServices tells of services that the configuration names and that
// are not there; they may still come.
func (r *Runtime) warnOfMissingServices() {
	there := map[string]bool{}
	for _, info := range r.engine.Services() {
		there[info.Name] = true
	}
	warn := func(setting string, names iter.Seq[string]) {
		for name := range names {
			if !there[name] {
				r.logger.Warn(setting+" names a service that is not there", "service", name)
			}
		}
	}
	warn("services.timeouts", maps.Keys(r.cfg.Services.Timeouts))
	for _, plugin := range r.started {
		if user, ok := plugin.(ServiceUser); ok {
			for setting, names := range user.NamedServices() {
				warn(setting, slices.Values(names))
			}
		}
	}
}

// Services tells of every service that there is, and of every file that could
// not be loaded.
func (r *Runtime) Services() []script.Info { return r.engine.Services() }

// Ready reports why the runtime cannot serve at the moment, or nil.
func (r *Runtime) Ready(ctx context.Context) error {
	if err := r.keysReady(ctx); err != nil {
		return err
	}
	for _, plugin := range r.started {
		if err := plugin.Ready(ctx); err != nil {
			return fmt.Errorf("%s: %w", plugin.Name(), err)
		}
	}
	return nil
}

// closeTimeout bounds how long Close waits for what is still on its way.
const closeTimeout = 10 * time.Second

// Close ends services, plugins and the database, in this order. What they
// still have to write is written; ctx need not be alive.
func (r *Runtime) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	var faults []error
	for _, plugin := range r.started {
		if drainer, ok := plugin.(Drainer); ok {
			drainer.Drain(ctx)
		}
	}
	if r.engine != nil {
		faults = append(faults, r.engine.Close())
	}
	for i := len(r.started) - 1; i >= 0; i-- {
		faults = append(faults, r.started[i].Stop(ctx))
	}
	if r.db != nil {
		faults = append(faults, r.db.Close())
	}
	r.engine, r.started, r.db = nil, nil, nil
	return errors.Join(faults...)
}
