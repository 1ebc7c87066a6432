package core

import (
	"errors"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/settings"
	"gatehouse/runtime/internal/similar"
	"gatehouse/runtime/secret/password"
)

// Config is the sso section of the configuration, in the names, units and
// defaults of Zato's sso.conf.
type Config struct {
	Main            MainConfig          `yaml:"main"`
	HashSecret      HashSecretConfig    `yaml:"hash_secret"`
	Apps            AppsConfig          `yaml:"apps"`
	Login           LoginConfig         `yaml:"login"`
	UserAddressList map[string][]string `yaml:"user_address_list"` // username → networks: addresses, CIDR, or *
	Session         SessionConfig       `yaml:"session"`
	Password        PasswordConfig      `yaml:"password"`
	Signup          SignupConfig        `yaml:"signup"`
	UserValidation  UserValidation      `yaml:"user_validation"`
	Search          SearchConfig        `yaml:"search"`
	PasswordReset   PasswordResetConfig `yaml:"password_reset"`
	Audit           AuditConfig         `yaml:"audit"`
	Compatibility   CompatibilityConfig `yaml:"compatibility"`

	// PRT is another name of password_reset, which Zato had before; what it
	// says goes before what password_reset says: see UnmarshalYAML.
	PRT *PasswordResetConfig `yaml:"prt,omitempty"`

	ignoredSections `yaml:",inline"`
}

// UnmarshalYAML reads the section prt over password_reset.
func (c *Config) UnmarshalYAML(node *yaml.Node) error {
	type section Config // without this method
	if err := node.Load((*section)(c), yaml.WithKnownFields()); err != nil {
		return err
	}
	c.PRT = nil
	older := struct {
		PasswordReset *PasswordResetConfig `yaml:"prt"`
		Others        map[string]any       `yaml:",inline"`
	}{PasswordReset: &c.PasswordReset}
	return node.Load(&older, yaml.WithKnownFields())
}

// CompatibilityConfig has answers be as Zato's where ours are others.
type CompatibilityConfig struct {
	// Status200OnAppError has REST refuse an unknown application with 200
	// rather than with 403.
	Status200OnAppError bool `yaml:"status_200_on_app_error"`
}

// MainConfig says what is stored encrypted, and how mail is sent.
type MainConfig struct {
	EncryptEmail    bool   `yaml:"encrypt_email"`
	EncryptPassword bool   `yaml:"encrypt_password"` // the hash, that is
	EmailService    string `yaml:"email_service"`    // that sends mail; "": none
	SMTPConn        string `yaml:"smtp_conn"`        // that sends mail, where there is no service; "": none
	SiteName        string `yaml:"site_name"`        // in mail and authenticator apps
}

// HashSecretConfig chooses how new passwords are hashed. Existing hashes of
// either kind verify, and are replaced at the next login.
type HashSecretConfig struct {
	Algorithm string `yaml:"algorithm"` // argon2id or pbkdf2-sha512
	Rounds    int    `yaml:"rounds"`    // of pbkdf2-sha512
	SaltSize  int    `yaml:"salt_size"` // bytes, of pbkdf2-sha512

	MaxConcurrent int `yaml:"max_concurrent"` // hashes at once; 0 is half the number of processors
	MaxWaiting    int `yaml:"max_waiting"`    // calls that may wait to hash; 0 is 64 for each hash at once
}

// concurrent is how many hashes are computed at once: half the processors by
// default, so that the other half has its turns whatever logins do.
func (c *HashSecretConfig) concurrent() int {
	if c.MaxConcurrent > 0 {
		return c.MaxConcurrent
	}
	return max(1, runtime.GOMAXPROCS(0)/2)
}

// AppsConfig lists the applications that may call, and what each may do.
type AppsConfig struct {
	All                  []string `yaml:"all"`
	Default              string   `yaml:"default"`
	SignupAllowed        []string `yaml:"signup_allowed"`
	HTTPHeader           string   `yaml:"http_header"` // names the application of callers of services
	LoginAllowed         []string `yaml:"login_allowed"`
	LoginMetadataAllowed []string `yaml:"login_metadata_allowed"`
	InformIfAppInvalid   bool     `yaml:"inform_if_app_invalid"`
}

// LoginConfig says what a refused login may tell.
type LoginConfig struct {
	RejectIfNotListed    bool `yaml:"reject_if_not_listed"` // users missing from user_address_list
	InformIfLocked       bool `yaml:"inform_if_locked"`
	InformIfNotConfirmed bool `yaml:"inform_if_not_confirmed"`
	InformIfTOTPMissing  bool `yaml:"inform_if_totp_missing"`
	TOTPSingleUse        bool `yaml:"totp_single_use"`

	Throttle ThrottleConfig `yaml:"throttle"`

	InformIfNotApproved ignored `yaml:"inform_if_not_approved,omitempty"` // who is not approved counts as unknown
}

// SessionConfig sets the lifetime of sessions.
type SessionConfig struct {
	Expiry int `yaml:"expiry"` // minutes

	// ExpiryHook is the service that decides on the lifetime of a session
	// instead, when it is opened or renewed; "" is none.
	ExpiryHook string `yaml:"expiry_hook"`
}

// PasswordConfig is the policy of passwords.
type PasswordConfig struct {
	Expiry                 int      `yaml:"expiry"`                    // days
	AboutToExpireThreshold int      `yaml:"about_to_expire_threshold"` // days
	InformIfExpired        bool     `yaml:"inform_if_expired"`
	InformIfAboutToExpire  bool     `yaml:"inform_if_about_to_expire"` // true warns, false refuses
	InformIfMustBeChanged  bool     `yaml:"inform_if_must_be_changed"`
	InformIfInvalid        bool     `yaml:"inform_if_invalid"`
	MinLength              int      `yaml:"min_length"`     // characters
	MaxLength              int      `yaml:"max_length"`     // characters
	MinComplexity          int      `yaml:"min_complexity"` // score of zxcvbn, from 1 to 4; 0 asks for none
	RejectList             []string `yaml:"reject_list"`
	EndSessions            bool     `yaml:"end_sessions"` // of the user, other than the one at hand, when a password changes

	LogInIfAboutToExpire   ignored `yaml:"log_in_if_about_to_expire,omitempty"`
	MinComplexityAlgorithm ignored `yaml:"min_complexity_algorithm,omitempty"`
}

// SignupConfig is the policy of sign-up. The lengths and the approval concern
// every way to make or rename a user.
type SignupConfig struct {
	MaxLengthUsername int  `yaml:"max_length_username"` // characters
	MaxLengthEmail    int  `yaml:"max_length_email"`    // characters
	IsApprovalNeeded  bool `yaml:"is_approval_needed"`
	IsEmailRequired   bool `yaml:"is_email_required"`

	// What a refused sign-up may tell.
	InformIfUserExists   bool `yaml:"inform_if_user_exists"`
	InformIfUserInvalid  bool `yaml:"inform_if_user_invalid"`
	InformIfEmailExists  bool `yaml:"inform_if_email_exists"`
	InformIfEmailInvalid bool `yaml:"inform_if_email_invalid"`

	// CallbackServices are called in turn after a user has signed up.
	CallbackServices []string `yaml:"callback_service_list"`

	ignoredSignup `yaml:",inline"`
	Others        map[string]ignored `yaml:",inline"` // of which Check lets only the ignored pass
}

// UserValidation says who else decides about a sign-up, and what usernames and
// e-mails must not contain there.
type UserValidation struct {
	Services       []string `yaml:"service"` // run in turn; the first that refuses decides
	RejectUsername []string `yaml:"reject_username"`
	RejectEmail    []string `yaml:"reject_email"`
}

// SearchConfig bounds the pages of a search.
type SearchConfig struct {
	DefaultPageSize int `yaml:"default_page_size"` // users
	MaxPageSize     int `yaml:"max_page_size"`
}

// AuditConfig says how long the audit is kept.
type AuditConfig struct {
	Retention int `yaml:"retention"` // days; 0 keeps all
}

// DefaultConfig returns the defaults of Zato's sso.conf.
func DefaultConfig() Config {
	return Config{
		Main:       MainConfig{EncryptEmail: true, EncryptPassword: true, SiteName: "Gatehouse"},
		HashSecret: HashSecretConfig{Algorithm: "argon2id", Rounds: 120_000, SaltSize: 64},
		Apps: AppsConfig{
			All: []string{"CRM"}, Default: "CRM", HTTPHeader: "X-Zato-SSO-Current-App", LoginAllowed: []string{"CRM"},
			InformIfAppInvalid: true,
		},
		Login: LoginConfig{
			InformIfLocked: true, InformIfNotConfirmed: true, InformIfTOTPMissing: true, TOTPSingleUse: true,
			Throttle: defaultThrottle(),
		},
		Session: SessionConfig{Expiry: 60},
		Password: PasswordConfig{
			Expiry: 730, AboutToExpireThreshold: 30,
			InformIfAboutToExpire: true, InformIfMustBeChanged: true, InformIfInvalid: true,
			MinLength: 8, MaxLength: 256,
			RejectList: []string{
				"111111", "222222", "333333", "444444", "555555", "666666", "777777", "888888", "999999",
				"123123", "123321", "123456", "654321", "987654321", "123qwe", "1q2w3e", "1q2w3e4r", "1q2w3e4r5t",
				"qwerty", "zxcvbnm", "password", "letmein", "google", "mynoob",
			},
			EndSessions: true,
		},
		Signup: SignupConfig{MaxLengthUsername: 128, MaxLengthEmail: 128, IsApprovalNeeded: true, IsEmailRequired: true},
		UserValidation: UserValidation{
			Services:       []string{BuiltInValidator},
			RejectUsername: []string{"zato", "admin", "root", "system", "sso"},
			RejectEmail:    []string{"zato", "admin", "root", "system", "sso"},
		},
		Search: SearchConfig{DefaultPageSize: 50, MaxPageSize: 100},

		PasswordReset: defaultPasswordReset(),
	}
}

// maxPassword is the most that sso.password.max_length may be, in characters,
// which have up to four bytes each.
const maxPassword = password.MaxSize / 4

// Check returns everything that is wrong with the configuration, each setting
// by its name, or nil.
func (c *Config) Check() error { return errors.Join(settings.Faults("sso", c.check)...) }

func (c *Config) check(fault settings.Fault) {
	positive := func(setting string, value int) {
		if value <= 0 {
			fault(setting, "must be above 0, not %d", value)
		}
	}
	if c.HashSecret.Algorithm != "argon2id" && c.HashSecret.Algorithm != "pbkdf2-sha512" {
		fault("hash_secret.algorithm", "must be argon2id or pbkdf2-sha512, not %q", c.HashSecret.Algorithm)
	}
	positive("hash_secret.rounds", c.HashSecret.Rounds)
	positive("hash_secret.salt_size", c.HashSecret.SaltSize)
	for setting, value := range map[string]int{"max_concurrent": c.HashSecret.MaxConcurrent, "max_waiting": c.HashSecret.MaxWaiting} {
		if value < 0 {
			fault("hash_secret."+setting, "must be 0 or more, not %d", value)
		}
	}
	c.Login.Throttle.check(fault)
	if len(c.Apps.All) == 0 {
		fault("apps.all", "must list an application at least: no call is possible without")
	}
	known := func(setting string, apps ...string) {
		for _, app := range apps {
			if !slices.Contains(c.Apps.All, app) {
				fault(setting, "%q is not in sso.apps.all (%s)", app, strings.Join(c.Apps.All, ", "))
			}
		}
	}
	known("apps.default", c.Apps.Default)
	known("apps.signup_allowed", c.Apps.SignupAllowed...)
	known("apps.login_allowed", c.Apps.LoginAllowed...)
	known("apps.login_metadata_allowed", c.Apps.LoginMetadataAllowed...)
	if !headerName.MatchString(c.Apps.HTTPHeader) {
		fault("apps.http_header", "must be the name of an HTTP header, such as X-Zato-SSO-Current-App, not %q", c.Apps.HTTPHeader)
	}
	for username, networks := range c.UserAddressList {
		for _, text := range networks {
			if _, err := network.Parse(text); err != nil {
				fault("user_address_list", "%s: %v", username, err)
			}
		}
	}
	positive("session.expiry", c.Session.Expiry)
	positive("password.expiry", c.Password.Expiry)
	positive("password.min_length", c.Password.MinLength)
	if c.Password.MaxLength < c.Password.MinLength || c.Password.MaxLength > maxPassword {
		fault("password.max_length", "must be between sso.password.min_length (%d) and %d, not %d",
			c.Password.MinLength, maxPassword, c.Password.MaxLength)
	}
	if c.Password.MinComplexity < 0 || c.Password.MinComplexity > maxComplexity {
		fault("password.min_complexity", "must be between 0 and %d, not %d", maxComplexity, c.Password.MinComplexity)
	}
	limit := func(setting string, value, most int) {
		if value <= 0 || value > most {
			fault(setting, "must be between 1 and %d, not %d", most, value)
		}
	}
	limit("signup.max_length_username", c.Signup.MaxLengthUsername, 191)
	limit("signup.max_length_email", c.Signup.MaxLengthEmail, 1000)
	named := func(setting string, services []string) {
		if slices.Contains(services, "") {
			fault(setting, "lists a service without a name")
		}
	}
	named("signup.callback_service_list", c.Signup.CallbackServices)
	named("user_validation.service", c.UserValidation.Services)
	for setting := range c.Signup.Others {
		if !isIgnoredOfSignup(setting) {
			fault("signup."+setting, "there is no such setting%s", similar.Hint(setting, settings.Names(reflect.TypeFor[SignupConfig]())))
		}
	}
	limit("search.max_page_size", c.Search.MaxPageSize, 10_000)
	limit("search.default_page_size", c.Search.DefaultPageSize, c.Search.MaxPageSize)
	c.PasswordReset.check(&c.Main, fault, limit)
	if c.Audit.Retention < 0 {
		fault("audit.retention", "must be a number of days, or 0 to keep all, not %d", c.Audit.Retention)
	}
}

// headerName matches names of HTTP headers (RFC 9110, section 5.1).
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
