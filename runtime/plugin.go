package runtime

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/runtime/channel"
	"gatehouse/runtime/database"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/security"
	"gatehouse/runtime/service"
	"gatehouse/runtime/sso"
)

// Plugin is a part of the product that lives in a runtime: it has a section of
// the configuration, tables, routes and a health of its own, but neither the
// listener nor the connections.
//
// The runtime calls its methods in this order, once each: Configure,
// Statements (before the database is opened), Migrations, Start, then, for
// each call of a service, SSO, and at the end Stop. Routes is called after
// Start.
type Plugin interface {
	// Name names the plugin, its section of the configuration and the owner
	// of its migrations.
	Name() string

	// Configure reads the plugin's section over its defaults, through load,
	// and checks it.
	Configure(load func(dst any) error) error

	// Statements lists the SQL to prepare when a connection is made.
	Statements(dialect database.Dialect) []string

	// Migrations make the plugin's tables.
	Migrations() []database.Migration

	// Start begins the plugin's work.
	Start(ctx context.Context, host Host) error

	// Routes lists the HTTP routes that the plugin answers.
	Routes() []channel.Route

	// Ready reports why the plugin cannot work at the moment, or nil.
	Ready(ctx context.Context) error

	// Stop ends the plugin's work and keeps what is still on its way, as long
	// as ctx lets it. It is called for every plugin that was started, and may
	// be called more than once.
	Stop(ctx context.Context) error
}

// Host is what the runtime gives to a plugin.
type Host struct {
	DB     database.DB
	Keys   *secret.Keyring
	Logger *slog.Logger

	// Data is the directory for what a plugin keeps outside the database.
	Data string

	// Services runs the services that a plugin's configuration names.
	Services service.Invoker

	// Mail sends through the SMTP connections of the configuration.
	Mail *mail.Connections

	// Security is the definitions that callers of services authenticate with.
	Security *security.Definitions
}

// MailUser is a plugin whose configuration may name an SMTP connection.
type MailUser interface {
	// SMTPConnection returns the path of the setting and the name that it has,
	// "" for none. It is called after Configure.
	SMTPConnection() (setting, name string)
}

// Drainer is a plugin that runs services in the background. Drain finishes
// that, or gives it up, while there still are services: it is called before
// Stop.
type Drainer interface {
	Drain(ctx context.Context)
}

// ServiceUser is a plugin whose configuration names services to run.
type ServiceUser interface {
	// NamedServices lists them, by the settings that name them, such as
	// sso.session.expiry_hook.
	NamedServices() map[string][]string
}

// SessionOpener is a plugin that gives callers of services a session by the
// security definition that let them in.
type SessionOpener interface {
	// OpenSession opens or renews the session of a caller and returns its
	// token, or "" where the caller has none; the call goes on either way. An
	// error ends the call.
	OpenSession(r *http.Request, caller security.Principal) (string, error)
}

// SessionEnder is a SessionOpener whose sessions end when the security definition
// that has opened them is changed, switched off or deleted: EndSessions becomes
// a part of that transaction.
type SessionEnder interface{ security.Sessions }

// SSOProvider is a plugin that gives services their self.SSO.
type SSOProvider interface {
	SSO() sso.Core
}

// Encrypter is a plugin that keeps in the database what is encrypted with the
// keys of the installation.
type Encrypter interface {
	// Reencrypt looks through all that is encrypted, and where write is set
	// encrypts anew, with the newest of keys, what another key has encrypted.
	// Calls go on meanwhile. It may be ended at any time and begun again.
	// progress, if not nil, is told of each step.
	Reencrypt(ctx context.Context, keys *secret.Keyring, write bool, progress func(secret.Progress)) (secret.Usage, error)

	// Held counts what clients hold that was encrypted before a time, and
	// tells when the last of it ends.
	Held(ctx context.Context, before time.Time) (held int64, until time.Time, err error)
}
