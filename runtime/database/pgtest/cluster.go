package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// superuser is the role of the tests, which needs no password.
const superuser = "gatehouse"

// Cluster is one PostgreSQL server with its data. Its methods are for one
// goroutine at a time.
type Cluster struct {
	daemon
	cfg      Config
	binaries string
}

// start makes a cluster with a database that fill makes, and starts its server.
func start(cfg Config, fill func(*Cluster) error) (*Cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	daemon, err := newDaemon()
	if err != nil {
		return nil, err
	}
	c := &Cluster{daemon: daemon, cfg: cfg, binaries: binaries}
	if err := c.setUp(fill); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	return c, nil
}

func (c *Cluster) setUp(fill func(*Cluster) error) error {
	if err := fill(c); err != nil {
		return err
	}
	if err := c.configure(); err != nil {
		return err
	}
	return c.onFreePort(c.Start)
}

// initdb makes an empty database.
func (c *Cluster) initdb() error {
	return c.run("initdb", "--pgdata", c.data(), "--username", superuser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
}

func (c *Cluster) run(name string, arguments ...string) error {
	if output, err := c.command(filepath.Join(c.binaries, name), arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: %s: %w\n%s", name, err, output)
	}
	return nil
}

// configure writes the files that Config asks for.
func (c *Cluster) configure() error {
	if len(c.cfg.Access) > 0 {
		access := "host all,replication " + superuser + " 127.0.0.1/32 trust\n" + strings.Join(c.cfg.Access, "\n") + "\n"
		if err := c.write("data/pg_hba.conf", []byte(access)); err != nil {
			return err
		}
	}
	if c.cfg.TLS == nil {
		return nil
	}
	for name, from := range map[string]string{
		certificateFile: c.cfg.TLS.Certificate.File, keyFile: c.cfg.TLS.Certificate.KeyFile, caFile: c.cfg.TLS.ClientCA,
	} {
		if from == "" {
			continue
		}
		content, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if err := c.write(filepath.Join("data", name), content); err != nil {
			return err
		}
	}
	return nil
}

// Names of files in the data directory.
const (
	certificateFile = "server.crt"
	keyFile         = "server.key"
	caFile          = "ca.crt"
)

// Start starts the server, which must be stopped, on the port that it had, and
// waits until it takes connections.
func (c *Cluster) Start() error {
	return c.launch(c.command(filepath.Join(c.binaries, "postgres"), c.arguments()...), c.URL())
}

func (c *Cluster) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"max_connections":         "200",
		"shared_buffers":          "32MB",
		"logging_collector":       "off",
		"timezone":                "America/New_York", // so that no test passes only because the server is at UTC
	}
	if !c.cfg.Durable {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
	}
	if c.cfg.TLS != nil {
		settings["ssl"], settings["ssl_cert_file"], settings["ssl_key_file"] = "on", certificateFile, keyFile
		if c.cfg.TLS.ClientCA != "" {
			settings["ssl_ca_file"] = caFile
		}
	}
	for name, value := range c.cfg.Settings {
		settings[name] = value
	}
	arguments := []string{"-D", c.data(), "-p", fmt.Sprint(c.port)}
	for name, value := range settings {
		arguments = append(arguments, "-c", name+"="+value)
	}
	return arguments
}

// Stop ends the server in an orderly way: its clients are disconnected.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

// Kill ends the server as a crash does.
func (c *Cluster) Kill() error { return c.end(syscall.SIGQUIT) }

// URL returns the connection string of the database that the server starts
// with.
func (c *Cluster) URL() string { return c.url("postgres") }

func (c *Cluster) url(name string) string {
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", superuser, c.Address(), name)
}

func (c *Cluster) data() string { return filepath.Join(c.directory, "data") }

// binariesVariable names the directory of the binaries, if they are not where
// they are looked for.
const binariesVariable = "GATEHOUSE_TEST_POSTGRES_BIN"

// findBinaries returns the directory of initdb and postgres: the one that is
// named, else the newest of Debian's, else the one in PATH.
func findBinaries() (string, error) {
	if directory := os.Getenv(binariesVariable); directory != "" {
		if !hasBinaries(directory) {
			return "", fmt.Errorf("pgtest: %s=%s does not hold initdb and postgres", binariesVariable, directory)
		}
		return directory, nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if resolved, err := filepath.EvalSymlinks(path); err == nil && hasBinaries(filepath.Dir(resolved)) {
			return filepath.Dir(resolved), nil
		}
	}
	newest, version := "", -1
	candidates, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for _, directory := range candidates {
		var major int
		if _, err := fmt.Sscan(filepath.Base(filepath.Dir(directory)), &major); err == nil && major > version && hasBinaries(directory) {
			newest, version = directory, major
		}
	}
	if newest == "" {
		return "", fmt.Errorf("pgtest: these tests need PostgreSQL's initdb and postgres: install them (apt-get install postgresql), or set %s to their directory", binariesVariable)
	}
	return newest, nil
}

func hasBinaries(directory string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(directory, name)); err != nil {
			return false
		}
	}
	return true
}
