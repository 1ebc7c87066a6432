package postgres

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"gatehouse/runtime/database"
)

// urlError says why a URL cannot be used. The parser's message may quote it,
// password and all, so that only what it says of TLS, whose files have names of
// their own, is passed on.
func urlError(err error) error {
	reason := "the database URL cannot be read: it should look like postgres://user:password@host:5432/name, with special characters in the password percent-encoded"
	if cause := errors.Unwrap(err); cause != nil && strings.HasSuffix(err.Error(), ": failed to configure TLS ("+cause.Error()+")") {
		reason = fmt.Sprintf("the TLS settings of the database URL cannot be used (%v): sslmode is disable, require, verify-ca or verify-full, and sslrootcert, sslcert and sslkey are files in PEM", cause)
	}
	return &database.Error{Kind: database.Internal, Reason: reason}
}

// checkUserinfo refuses a URL whose password has ended the host's part of it too
// early: a part of it would be taken for a host or a port, which messages name.
func checkUserinfo(text string) error {
	parsed, err := url.Parse(text)
	if err != nil {
		return nil // told by the parser of all the rest
	}
	behind := parsed.EscapedPath() + parsed.EscapedFragment()
	if parsed.User == nil { // else parameters may have one
		behind += parsed.RawQuery
	}
	if !strings.Contains(behind, "@") {
		return nil
	}
	return &database.Error{Kind: database.Internal, Reason: "the database URL has an @ behind the host: special characters in the user and the password must be percent-encoded (/ as %2F, ? as %3F, # as %23), and so must an @ elsewhere (%40)"}
}

// hostPorts returns the servers of a URL.
func hostPorts(connection *pgx.ConnConfig) []string {
	found := []string{net.JoinHostPort(connection.Host, strconv.Itoa(int(connection.Port)))}
	for _, fallback := range connection.Fallbacks {
		found = append(found, net.JoinHostPort(fallback.Host, strconv.Itoa(int(fallback.Port))))
	}
	return slices.Compact(found)
}

// target is what connections go to, for messages.
type target struct {
	servers   string // their hosts and ports
	plain     bool   // none is asked for TLS
	encrypted bool   // none is used without
}

func targetOf(connection *pgx.ConnConfig) target {
	found := target{servers: strings.Join(hostPorts(connection), ", ")}
	found.plain, found.encrypted = connection.TLSConfig == nil, connection.TLSConfig != nil
	for _, fallback := range connection.Fallbacks {
		found.plain = found.plain && fallback.TLSConfig == nil
		found.encrypted = found.encrypted && fallback.TLSConfig != nil
	}
	return found
}

// connectError translates what prevented a connection from being made.
func (d *db) connectError(ctx context.Context, err error) error {
	if errors.Is(err, puddle.ErrClosedPool) {
		return &database.Error{Kind: database.Unavailable, Reason: "the database has been closed", Err: err}
	}
	if ctx.Err() != nil {
		return cancelled(ctx.Err())
	}
	return &database.Error{Kind: database.Unavailable, Reason: d.target.reason(err), Err: err}
}

// reason says why none of the servers could be used. Their errors come together:
// the most telling goes first.
func (t target) reason(err error) string {
	if reason := certificateReason(err); reason != "" {
		return reason
	}
	var answer *pgconn.PgError
	var alert *net.OpError
	switch {
	case errors.As(err, &answer):
		return t.refusal(answer)
	case errors.As(err, &alert) && alert.Op == "remote error":
		return fmt.Sprintf("the database server refused the TLS connection (%v): if that is about the certificate of the client, check sslcert and sslkey of the database URL, and ssl_ca_file of the server", alert.Err)
	case errors.Is(err, pgconn.ErrReadOnlyConnection), errors.Is(err, pgconn.ErrStandbyConnection):
		return fmt.Sprintf("of the database servers at %s, none takes changes: those that can be reached are standbys", t.servers)
	case t.encrypted && strings.Contains(err.Error(), "server refused TLS connection"):
		return "the database server does not offer TLS: turn ssl on there, or, where nobody else is on the network between, set sslmode=disable in the database URL"
	}
	return fmt.Sprintf("the database server at %s cannot be reached: check that it runs and that the address is right", t.servers)
}

// refusal says why a server, or a pooler, refused a connection.
func (t target) refusal(answer *pgconn.PgError) string {
	switch {
	case answer.Code == "28000" && t.plain:
		return "the database server refused the login: check the user and its pg_hba.conf; if that asks for TLS (hostssl), set sslmode=verify-full in the database URL"
	case answer.Code == "08P01" && strings.Contains(answer.Message, "startup parameter"):
		return "the pooler in front of the database server does not take a parameter of the database URL: take it out there, or add it to ignore_startup_parameters of PgBouncer"
	}
	if found := fromServer(answer); found.Reason != "" {
		return found.Reason
	}
	return "the database server refused the connection (SQLSTATE " + answer.Code + ")"
}

// certificateReason says what is wrong with the certificate of a server, if it is
// that.
func certificateReason(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "the certificate of the database server was signed by no CA that is trusted here: have sslrootcert in the database URL name the file of the CA that signed it"
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate of the database server is for %s, not for %q: put such a name into the database URL, or have a certificate made for this one", namesOf(name.Certificate), name.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of the database server, or of its CA, has expired or is not good yet: renew it, or set the clock right"
	case errors.As(err, &invalid):
		return fmt.Sprintf("the certificate of the database server cannot be used (%v)", invalid)
	}
	return ""
}

// maxNames bounds the names of a certificate in a message.
const maxNames = 5

// namesOf returns the names that a certificate is for.
func namesOf(certificate *x509.Certificate) string {
	var names []string
	for _, name := range certificate.DNSNames {
		names = append(names, strconv.Quote(name))
	}
	for _, ip := range certificate.IPAddresses {
		names = append(names, strconv.Quote(ip.String()))
	}
	switch {
	case len(names) == 0:
		return "no host (a common name does not count, subject alternative names do)"
	case len(names) > maxNames:
		names = append(names[:maxNames], "others")
	}
	return strings.Join(names, ", ")
}
