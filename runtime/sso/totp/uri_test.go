package totp_test

import (
	"errors"
	"net/url"
	"testing"

	"gatehouse/runtime/sso/totp"
)

func TestURI(t *testing.T) {
	for _, c := range []struct{ issuer, account, label string }{
		{"Example", "jane", "Example:jane"},
		{"My Site", "jane+x@example.com", "My Site:jane+x@example.com"},
		{"", "jane", "jane"},
		{"Example", "", "Example"},
		{"", "", ""},
		{" A&B=C? #/% ", "żółć/ü", "A&B=C? #/%:żółć/ü"},
		{"http://x", "a:b", "http-//x:a-b"},
	} {
		text, err := totp.URI("gezd gnbv gy3t qojq gezd gnbv gy3t qojq", c.issuer, c.account)
		if err != nil {
			t.Error(err)
			continue
		}
		uri, err := url.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		query := uri.Query()
		if uri.Scheme != "otpauth" || uri.Host != "totp" || uri.Path != "/"+c.label {
			t.Errorf("%s: label %q, want %q", text, uri.Path, c.label)
		}
		for name, want := range map[string]string{"secret": rfcKey, "algorithm": "SHA1", "digits": "6", "period": "30"} {
			if query.Get(name) != want {
				t.Errorf("%s: %s", text, name)
			}
		}
		if issuer := query.Get("issuer"); query.Has("issuer") != (c.issuer != "") || c.account != "" && c.issuer != "" && uri.Path[:len(issuer)+2] != "/"+issuer+":" {
			t.Errorf("%s: issuer %q", text, issuer)
		}
	}
	if _, err := totp.URI("not a key!", "x", "y"); !errors.Is(err, totp.ErrKey) {
		t.Errorf("got %v", err)
	}
}
