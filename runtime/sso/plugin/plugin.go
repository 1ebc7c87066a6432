// Package plugin ties the SSO to the runtime: it is the one place that knows
// both. Only the program imports it.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"gatehouse/runtime"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/database"
	"gatehouse/runtime/invocation"
	"gatehouse/runtime/secret"
	passwords "gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/chain"
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/rest"
	"gatehouse/runtime/sso/store"
)

// SSO is the SSO as a plugin of the runtime.
type SSO struct {
	cfg   core.Config
	store *store.Store
	core  *core.Core
}

var (
	_ runtime.Plugin        = (*SSO)(nil)
	_ runtime.SSOProvider   = (*SSO)(nil)
	_ runtime.ServiceUser   = (*SSO)(nil)
	_ runtime.MailUser      = (*SSO)(nil)
	_ runtime.Drainer       = (*SSO)(nil)
	_ runtime.SessionOpener = (*SSO)(nil)
	_ runtime.SessionEnder  = (*SSO)(nil)
	_ runtime.Encrypter     = (*SSO)(nil)
)

// New returns the plugin with the default configuration.
func New() *SSO { return &SSO{cfg: core.DefaultConfig()} }

// Name returns "sso".
func (*SSO) Name() string { return store.MigrationOwner }

// Configure reads the section sso.
func (p *SSO) Configure(load func(dst any) error) error {
	if err := load(&p.cfg); err != nil {
		return err
	}
	return p.cfg.Check()
}

// SMTPConnection names the connection that mail is sent through.
func (p *SSO) SMTPConnection() (setting, name string) {
	return "sso.main.smtp_conn", p.cfg.Main.SMTPConn
}

// Drain sends the mail that is still on its way.
func (p *SSO) Drain(ctx context.Context) {
	if p.core != nil {
		p.core.Drain(ctx)
	}
}

// Statements lists the store's SQL.
func (*SSO) Statements(dialect database.Dialect) []string { return store.Statements(dialect) }

// Migrations make the store's tables.
func (*SSO) Migrations() []database.Migration { return store.Migrations() }

// Start makes the core, and refuses a database whose users were made with
// another key.
func (p *SSO) Start(ctx context.Context, host runtime.Host) error {
	p.store = store.New(host.DB)
	made, err := core.New(ctx, core.Options{Config: p.cfg, Store: p.store, Keys: host.Keys, Logger: host.Logger,
		Services: host.Services, Mailer: host.Mail, Definitions: host.Security,
		AuditMemory: &chain.HeadFile{Path: filepath.Join(host.Data, "audit.heads"), Database: host.DB.Name()}})
	if err != nil {
		return err
	}
	p.core = made
	return made.CheckKeys(ctx)
}

// NamedServices are the hooks.
func (p *SSO) NamedServices() map[string][]string { return p.cfg.NamedServices() }

// Routes are the REST paths of the SSO.
func (p *SSO) Routes() []channel.Route {
	return rest.Routes(p.core, rest.Options{Status200OnAppError: p.cfg.Compatibility.Status200OnAppError})
}

// Ready has nothing to add: the runtime asks the database itself.
func (*SSO) Ready(context.Context) error { return nil }

// Stop writes what is still waiting for the audit.
func (p *SSO) Stop(ctx context.Context) error {
	if p.core == nil {
		return nil
	}
	return p.core.Close(ctx)
}

// SSO returns the core, for services.
func (p *SSO) SSO() sso.Core { return p.core }

// Store returns the store, for commands that look at the audit.
func (p *SSO) Store() *store.Store { return p.store }

// Import begins an import of users, for the operator of the host.
func (p *SSO) Import(call sso.Call, options core.ImportOptions) *core.Import {
	return p.core.NewImport(call, options)
}

// ListUsers goes through users, for the operator of the host; see
// core.ListUsers.
func (p *SSO) ListUsers(ctx context.Context, call sso.Call, list UserList, each func(sso.User) error) error {
	return p.core.ListUsers(ctx, call, list, each)
}

// UserSessions returns the sessions of a user, for the operator of the host; see
// core.UserSessions.
func (p *SSO) UserSessions(ctx context.Context, call sso.Call, userID string) ([]sso.Session, error) {
	return p.core.UserSessions(ctx, call, userID)
}

// What these take and return, for those who may not import core.
type (
	UserList      = core.UserList
	ImportOptions = core.ImportOptions
	ImportOutcome = core.Outcome
)

// Reencrypt implements runtime.Encrypter.
func (p *SSO) Reencrypt(ctx context.Context, keys *secret.Keyring, write bool, progress func(secret.Progress)) (secret.Usage, error) {
	return p.core.Reencrypt(ctx, keys, write, progress)
}

// Held implements runtime.Encrypter.
func (p *SSO) Held(ctx context.Context, before time.Time) (int64, time.Time, error) {
	return p.core.Held(ctx, before)
}

// VerifyAudit verifies the chain of seals over the audit; see chain.Verify.
func (p *SSO) VerifyAudit(ctx context.Context, expect string, each func(chain.Finding) error) (chain.Report, error) {
	return p.core.VerifyAudit(ctx, expect, each)
}

// AcceptAudit makes the head of the chain anew; see chain.Accept.
func (p *SSO) AcceptAudit(ctx context.Context) (bool, error) { return p.core.AcceptAudit(ctx) }

// DefaultApp is the application that calls from the command line act for.
func (p *SSO) DefaultApp() string { return p.cfg.Apps.Default }

// FirstSuperUser is the name of the super-user that a new installation begins
// with.
const FirstSuperUser = "admin"

// EnsureSuperUser creates the first super-user where there are no users at
// all, and returns its password; "" where there are some already, or another
// host was first.
func (p *SSO) EnsureSuperUser(ctx context.Context) (password string, err error) {
	users, _, err := p.store.HasUsers(ctx)
	if err != nil || users {
		return "", err
	}
	password = passwords.Generate()
	call := sso.Call{CID: invocation.NewCID(), App: p.DefaultApp(), RemoteAddr: "127.0.0.1", Trusted: true}
	_, err = p.core.CreateUser(ctx, call, sso.NewUser{
		Username:    FirstSuperUser,
		Password:    password,
		DisplayName: sso.Some("Administrator"),
		IsSuperUser: true,
		AutoApprove: true,
	})
	if sso.HasCode(err, sso.UsernameExists) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("creating the first super-user: %w", errors.Join(err, errors.Unwrap(err)))
	}
	return password, nil
}
