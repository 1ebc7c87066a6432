package runtime

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"gatehouse/runtime/certificate"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/internal/network"
	"gatehouse/runtime/internal/settings"
	"gatehouse/runtime/mail"
	"gatehouse/runtime/security"
)

// Config is the configuration of a runtime. A section that is not named here
// belongs to the plugin of that name.
type Config struct {
	// Listen is the address to serve HTTP on, host:port.
	Listen string `yaml:"listen"`

	// Data is the directory of the SQLite database and of the key.
	Data string `yaml:"data"`

	// Database is a postgres:// URL; "" is the SQLite database in Data.
	Database string `yaml:"database"`

	// KeyFile holds the Fernet key; "" is GATEHOUSE_SECRET_KEY or, without
	// it, the file secret.key in Data, which is made when missing.
	KeyFile string `yaml:"key_file"`

	Services ServicesConfig `yaml:"services"`

	// SMTP are the connections that mail is sent through, by name.
	SMTP map[string]mail.Config `yaml:"smtp"`

	HTTP HTTPConfig `yaml:"http"`
	Log  LogConfig  `yaml:"log"`

	sections map[string]yaml.Node
	lines    map[string]int // of the settings in the file, by their path
	file     string

	environment map[string]string // the variables that may hold settings
	known       []string          // variables of the settings that there are
	opaque      []string          // sections of plugins whose settings are not known
	learnt      []string          // paths of settings of plugins
	overridden  map[string]string // variables of the settings that came from them, by their path
	replaced    []string          // settings that were set otherwise afterwards
}

// ServicesConfig says where scripts are and how they run.
type ServicesConfig struct {
	Directories []string                 `yaml:"directories"` // scanned with all below them
	Timeout     time.Duration            `yaml:"timeout"`     // of a call
	Timeouts    map[string]time.Duration `yaml:"timeouts"`    // of the calls of a service, by its name
	PoolSize    int                      `yaml:"pool_size"`   // calls at once into the services of one directory; 0 chooses by the number of processors
}

// HTTPConfig says who may call services and how, and bounds what clients may do.
type HTTPConfig struct {
	Definitions []string      `yaml:"definitions"` // names of the security definitions that guard services
	MaxBody     int64         `yaml:"max_body"`    // bytes
	Grace       time.Duration `yaml:"grace"`       // how long calls in flight may take to finish after a stop

	// TrustedProxies are addresses and networks of the proxies whose
	// X-Forwarded-For is believed.
	TrustedProxies []string `yaml:"trusted_proxies"`

	// Docs answers /openapi.json and /docs.
	Docs bool `yaml:"docs"`

	// Throttle slows down who guesses the passwords of definitions.
	Throttle security.ThrottleConfig `yaml:"throttle"`

	TLS  certificate.Config `yaml:"tls"`
	CORS channel.CORSConfig `yaml:"cors"`

	// How long clients may take: for the header of a request; for it and the
	// body; for reading an answer; and until the next request.
	HeaderTimeout time.Duration `yaml:"header_timeout"`
	ReadTimeout   time.Duration `yaml:"read_timeout"`
	WriteTimeout  time.Duration `yaml:"write_timeout"`
	IdleTimeout   time.Duration `yaml:"idle_timeout"`

	// Connections at once, of all clients and of one address; 0 chooses.
	MaxConnections           int `yaml:"max_connections"`
	MaxConnectionsPerAddress int `yaml:"max_connections_per_address"`

	RateLimit       channel.RateLimit       `yaml:"rate_limit"`
	CostlyRateLimit channel.CostlyRateLimit `yaml:"costly_rate_limit"`
}

func defaultHTTP() HTTPConfig {
	return HTTPConfig{
		Definitions: []string{InvokeDefinition}, MaxBody: 1 << 20, Grace: 40 * time.Second, Docs: true, Throttle: security.DefaultThrottle(),
		TLS: certificate.DefaultConfig(), CORS: channel.DefaultCORS(),
		HeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		RateLimit: channel.DefaultRateLimit(), CostlyRateLimit: channel.DefaultCostlyRateLimit(),
	}
}

// proxies reads TrustedProxies.
func (c *HTTPConfig) proxies() (network.List, error) {
	proxies, err := network.ParseList(c.TrustedProxies)
	switch {
	case err != nil:
		return nil, fmt.Errorf("http.trusted_proxies: %w", err)
	case slices.Contains(c.TrustedProxies, "*"):
		return nil, errors.New("http.trusted_proxies: * would believe what every client says of itself: name the addresses or networks of the proxies")
	}
	return proxies, nil
}

// LogConfig says how the log is written, to standard error.
type LogConfig struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // text or json
}

// DefaultConfig returns what holds where nothing is configured.
func DefaultConfig() Config {
	return Config{
		Listen:   "127.0.0.1:17010",
		Data:     "data",
		Services: ServicesConfig{Directories: []string{"services"}, Timeout: 30 * time.Second},
		HTTP:     defaultHTTP(),
		Log:      LogConfig{Level: "info", Format: "text"},
	}
}

// LoadConfig reads a configuration file over the defaults. Its errors name the
// file, the line and the setting. They know of the settings of plugins, which
// cannot be opened any more, where somebody has put these into another section.
func LoadConfig(path string, plugins ...Plugin) (Config, error) {
	cfg := DefaultConfig()
	cfg.file = path
	text, err := os.ReadFile(path)
	if err != nil {
		return cfg, fmt.Errorf("configuration: %w", err)
	}
	if len(bytes.TrimSpace(stripComments(text))) == 0 {
		return cfg, nil
	}
	var node yaml.Node
	if err := yaml.Load(text, &node); err != nil {
		return cfg, fmt.Errorf("configuration %s: %s", path, inWords(err, text))
	}
	for _, plugin := range plugins {
		cfg.ask(plugin)
	}
	if err := cfg.fits(&node, reflect.TypeFor[Config](), "", true); err != nil {
		return cfg, err
	}
	var document struct {
		Config   `yaml:",inline"`
		Sections map[string]yaml.Node `yaml:",inline"`
	}
	document.Config = cfg
	if err := yaml.Load(text, &document, yaml.WithKnownFields()); err != nil {
		return cfg, fmt.Errorf("configuration %s: %s", path, inWords(err, text))
	}
	cfg = document.Config
	cfg.sections, cfg.lines = document.Sections, keyLines(&node)
	return cfg, nil
}

// fits tells what of a document, or of a section of it, does not fit a type.
func (c *Config) fits(node *yaml.Node, of reflect.Type, path string, open bool) error {
	var faults []error
	for _, misfit := range settings.Misfits(node, of, path, c.paths(), open) {
		faults = append(faults, fmt.Errorf("configuration %s: line %d: %w", c.file, misfit.Line, misfit))
	}
	return errors.Join(faults...)
}

// paths are those of all settings that are known so far.
func (c *Config) paths() []string {
	return slices.Concat(settings.Paths(reflect.TypeFor[Config](), ""), c.learnt)
}

var (
	notYAML     = regexp.MustCompile(`^go-yaml load error in .* at (?:L\d+\.C\d+-)?L(\d+)\.C(\d+): (.*)$`)
	anchorFault = regexp.MustCompile(`(?s)^(unknown )?anchor '.*'`)
	atLine      = regexp.MustCompile(`line \d+`)
)

// inWords says what is wrong with a file that is not YAML, or that settings
// cannot be read from for reasons that settings.Misfits does not know. The value
// is not shown: the whole file may be one, such as a key.
func inWords(err error, file []byte) string {
	found := notYAML.FindStringSubmatch(err.Error())
	if found == nil {
		line := atLine.FindString(err.Error())
		if line == "" {
			line = "a setting"
		}
		return line + ": this value cannot be read"
	}
	switch line, _ := strconv.Atoi(found[1]); {
	case anchorFault.MatchString(found[3]): // whose name is not shown: it may be a password
		found[3] = "an alias of nothing is there: put a value that begins with * in quotes"
	case strings.HasPrefix(strings.TrimLeft(lineOf(file, line), " "), "\t"):
		found[3] = "a tab is there: indent with spaces"
	}
	return fmt.Sprintf("line %s, column %s: not YAML: %s", found[1], found[2], found[3])
}

func lineOf(text []byte, number int) string {
	for line := range bytes.Lines(text) {
		if number--; number == 0 {
			return string(line)
		}
	}
	return ""
}

// keyLines tells on which line each setting of a document is, by its path, such
// as services.timeout.
func keyLines(document *yaml.Node) map[string]int {
	lines := map[string]int{}
	if len(document.Content) > 0 {
		noteLines(document.Content[0], "", lines)
	}
	return lines
}

func noteLines(node *yaml.Node, path string, lines map[string]int) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		setting := path + node.Content[i].Value
		lines[setting] = node.Content[i].Line
		noteLines(node.Content[i+1], setting+".", lines)
	}
}

// Locate adds to an error that begins with the path of a setting, and to each
// of those that are joined in it, where in the file that setting is.
func (c *Config) Locate(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var located []error
		for _, part := range joined.Unwrap() {
			located = append(located, c.Locate(part))
		}
		return errors.Join(located...)
	}
	if err == nil {
		return nil
	}
	setting, _, _ := strings.Cut(err.Error(), ":")
	if variable := c.overridden[setting]; variable != "" {
		return fmt.Errorf("environment variable %s: %w", variable, err)
	}
	if line := c.lines[setting]; line > 0 {
		return fmt.Errorf("configuration %s: line %d: %w", c.file, line, err)
	}
	for _, other := range slices.Sorted(maps.Keys(c.overridden)) { // that it does not go with
		if strings.Contains(err.Error(), " "+other+" ") {
			return fmt.Errorf("environment variable %s: %w", c.overridden[other], err)
		}
	}
	if line := c.lineOfSection(setting); line > 0 {
		return fmt.Errorf("configuration %s: line %d: %w", c.file, line, err)
	}
	return err
}

// lineOfSection returns the line of the section that a setting has its default
// in; 0 if there is none, or if it was set otherwise.
func (c *Config) lineOfSection(setting string) int {
	if slices.Contains(c.replaced, setting) {
		return 0
	}
	for dot := strings.LastIndexByte(setting, '.'); dot >= 0; dot = strings.LastIndexByte(setting, '.') {
		setting = setting[:dot]
		if line := c.lines[setting]; line > 0 {
			return line
		}
	}
	return 0
}

func stripComments(text []byte) []byte {
	var kept [][]byte
	for line := range bytes.Lines(text) {
		if trimmed := bytes.TrimSpace(line); !bytes.HasPrefix(trimmed, []byte("#")) {
			kept = append(kept, trimmed)
		}
	}
	return bytes.Join(kept, nil)
}

// section reads the section of a plugin over its defaults in dst.
func (c *Config) section(name string, dst any) error {
	if node, ok := c.sections[name]; ok {
		if err := c.fits(&node, reflect.TypeOf(dst), name, false); err != nil {
			return err
		}
		if err := node.Load(dst, yaml.WithKnownFields()); err != nil {
			return fmt.Errorf("configuration %s: %s: %s", c.file, name, inWords(err, nil))
		}
	}
	return c.overrideSection(name, dst)
}

// check finds sections that no plugin owns and values that cannot be.
func (c *Config) check(plugins []string) error {
	var faults []error
	for name := range c.sections {
		if !slices.Contains(plugins, name) {
			hint := settings.Hint("", name, append(settings.Names(reflect.TypeFor[Config]()), plugins...), c.paths())
			faults = append(faults, fmt.Errorf("configuration %s: line %d: there is no setting or section %q%s", c.file, c.lines[name], settings.Shown(name), hint))
		}
	}
	if !settings.IsHostPort(c.Listen) {
		faults = append(faults, fmt.Errorf("listen: want HOST:PORT, such as 127.0.0.1:17010 or, for all addresses, :17010; not %q", c.Listen))
	}
	if c.Services.Timeout <= 0 {
		faults = append(faults, fmt.Errorf("services.timeout: must be above 0, such as 30s"))
	}
	for service, timeout := range c.Services.Timeouts {
		if timeout <= 0 {
			faults = append(faults, fmt.Errorf("services.timeouts.%s: must be above 0, such as 30s", service))
		}
	}
	if c.Services.PoolSize < 0 {
		faults = append(faults, fmt.Errorf("services.pool_size: must not be negative; 0 chooses by the number of processors"))
	}
	if len(c.HTTP.Definitions) == 0 {
		faults = append(faults, fmt.Errorf("http.definitions: must name a security definition at least: no service can be called without"))
	}
	if c.HTTP.MaxBody <= 0 {
		faults = append(faults, fmt.Errorf("http.max_body: must be above 0 (bytes)"))
	}
	if _, err := c.HTTP.proxies(); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, c.HTTP.Throttle.Check("http.throttle")...)
	faults = append(faults, c.HTTP.checkEdge())
	return errors.Join(faults...)
}

// IsSQLite reports whether the database is the embedded one.
func (c *Config) IsSQLite() bool { return c.Database == "" }

// Exists reports whether the data directory has a database. A PostgreSQL
// database is taken to exist.
func (c *Config) Exists() bool {
	if !c.IsSQLite() {
		return true
	}
	_, err := os.Stat(c.location())
	return !errors.Is(err, fs.ErrNotExist)
}

// location is the database's URL, or the path of its file.
func (c *Config) location() string {
	if c.IsSQLite() {
		return filepath.Join(c.Data, "gatehouse.db")
	}
	return c.Database
}

var urlScheme = regexp.MustCompile(`^([a-z][a-z0-9+.-]*):`)

// checkDatabaseURL refuses early what no driver would understand. Nothing but a
// scheme is shown of it, as a password may be anywhere.
func (c *Config) checkDatabaseURL() error {
	if c.IsSQLite() || strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://") {
		return nil
	}
	what := "which this is not"
	if found := urlScheme.FindStringSubmatch(c.Database); found != nil && !strings.Contains(c.Database, "=") {
		what = fmt.Sprintf("not a URL with scheme %q", found[1])
	}
	return fmt.Errorf("database: want postgres://user:password@host:5432/name, %s; without a URL the SQLite database in the data directory is used", what)
}
