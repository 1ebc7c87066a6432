package plugin

import (
	"context"
	"errors"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/takeover"
)

var _ runtime.Recognizer = (*SSO)(nil)

// mostLogged bounds how many values that cannot be read go into the log one
// by one; "gatehouse take-over --dry-run" tells all.
const mostLogged = 100

// Recognize looks at a database that Zato's SSO may have made, refuses a key
// that is not its own, and logs what is in it. Sequences that are behind their
// tables catch up.
func (*SSO) Recognize(ctx context.Context, host runtime.Host) error {
	report, err := takeover.Inspect(ctx, host.DB, host.Keys)
	if errors.Is(err, takeover.ErrNothing) || err == nil && report.Users == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	host.Logger.Info("taking over the database of a Zato SSO: its tables stay, ours are added",
		"users", report.Users, "sessions", report.Sessions, "attributes", report.Attributes,
		"links", report.Links, "password_resets", report.PasswordResets, "unreadable", len(report.Unreadable))
	for _, fault := range report.Unreadable[:min(len(report.Unreadable), mostLogged)] {
		host.Logger.Warn("a value cannot be read; all others can", "table", fault.Table, "id", fault.Row, "column", fault.Column, "problem", fault.Problem)
	}
	if rest := len(report.Unreadable) - mostLogged; rest > 0 {
		host.Logger.Warn("more values cannot be read: gatehouse take-over --dry-run lists them", "values", rest)
	}
	if len(report.SequencesBehind) == 0 {
		return nil
	}
	host.Logger.Info("sequences were behind their tables and are raised", "sequences", report.SequencesBehind)
	return takeover.RaiseSequences(ctx, host.DB, report)
}

// Complete gives users that Zato made what makes them findable, as a running
// host does in the background, and returns when all have it.
func (p *SSO) Complete(ctx context.Context) (completed int, err error) { return p.core.Complete(ctx) }
