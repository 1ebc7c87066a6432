package totp

import (
	"net/url"
	"strconv"
	"strings"
)

// URI returns a key as authenticator apps read it from a QR code: an otpauth://
// URI (the Key Uri Format), with all parameters spelt out. The issuer is the
// name of the site, the account that of the user there; either may be empty.
// Its only error is ErrKey.
func URI(key, issuer, account string) (string, error) {
	normal, err := NormalKey(key)
	if err != nil {
		return "", err
	}
	issuer, account = withoutColons(issuer), withoutColons(account)
	label := issuer
	switch {
	case issuer == "":
		label = account
	case account != "":
		label = issuer + ":" + account
	}
	// Apps know %20, not all of them +, which url.Values writes for a space.
	uri := "otpauth://totp/" + strings.ReplaceAll(url.PathEscape(label), "%3A", ":") + "?secret=" + normal
	if issuer != "" {
		uri += "&issuer=" + strings.ReplaceAll(url.QueryEscape(issuer), "+", "%20")
	}
	return uri + "&algorithm=SHA1&digits=" + strconv.Itoa(digits) + "&period=" + strconv.Itoa(period), nil
}

// withoutColons replaces what would end an issuer in a label.
func withoutColons(text string) string { return strings.ReplaceAll(strings.TrimSpace(text), ":", "-") }
