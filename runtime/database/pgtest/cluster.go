package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 15 * time.Second
)

// Cluster is one PostgreSQL server with its data. Its methods are for one
// goroutine at a time.
type Cluster struct {
	cfg        Config
	binaries   string
	directory  string // holds data and log
	port       int
	credential *syscall.Credential // nil unless root, which PostgreSQL refuses

	process *os.Process // nil while stopped
	exited  chan struct{}
}

// start makes a cluster and starts its server.
func start(cfg Config) (*Cluster, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "gatehouse-pgtest-")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	c := &Cluster{cfg: cfg, binaries: binaries, directory: directory, credential: credential}
	if err := c.setUp(); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	return c, nil
}

func (c *Cluster) setUp() error {
	if c.credential != nil {
		if err := os.Chown(c.directory, int(c.credential.Uid), int(c.credential.Gid)); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
	}
	initdb := c.command("initdb", "--pgdata", c.data(), "--username", "gatehouse", "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, output)
	}
	// Another process may take the port between its choice and its use.
	var err error
	for range 3 {
		if c.port, err = freePort(); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if err = c.Start(); err == nil {
			return nil
		}
	}
	return err
}

// Start starts the server, which must be stopped, on the port that it had, and
// waits until it takes connections.
func (c *Cluster) Start() error {
	if c.process != nil {
		return errors.New("pgtest: the server runs already")
	}
	log, err := os.OpenFile(c.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	server := c.command("postgres", c.arguments()...)
	server.Stdout, server.Stderr = log, log
	started := make(chan error, 1)
	exited := make(chan struct{})
	go func() {
		// The server is told to end when the thread that started it does, so
		// that thread has to stay: see dieWithParent.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = log.Close() }()
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
		}
		close(exited)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("pgtest: start postgres: %w", err)
	}
	c.process, c.exited = server.Process, exited
	if err := c.awaitReady(); err != nil {
		output, _ := os.ReadFile(c.logPath())
		return errors.Join(fmt.Errorf("pgtest: postgres does not take connections: %w\n%s", err, tail(output, 20)), c.Kill())
	}
	return nil
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
	for name, value := range c.cfg.Settings {
		settings[name] = value
	}
	arguments := []string{"-D", c.data(), "-p", fmt.Sprint(c.port)}
	for name, value := range settings {
		arguments = append(arguments, "-c", name+"="+value)
	}
	return arguments
}

// awaitReady waits until the server answers or has exited.
func (c *Cluster) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.exited:
			return errors.New("it has exited")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server in an orderly way: its clients are disconnected.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

// Kill ends the server as a crash does.
func (c *Cluster) Kill() error { return c.end(syscall.SIGQUIT) }

func (c *Cluster) end(signal os.Signal) error {
	if c.process == nil {
		return nil
	}
	// It may have exited by itself.
	if err := c.process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("pgtest: stop postgres: %w", err)
	}
	select {
	case <-c.exited:
	case <-time.After(stopTimeout):
		_ = c.process.Kill()
		<-c.exited
	}
	c.process = nil
	return nil
}

// remove stops the server and removes its files.
func (c *Cluster) remove() error {
	err := c.Kill()
	if removeErr := os.RemoveAll(c.directory); removeErr != nil {
		err = errors.Join(err, fmt.Errorf("pgtest: %w", removeErr))
	}
	return err
}

// URL returns the connection string of the database that the server starts
// with.
func (c *Cluster) URL() string { return c.url("postgres") }

// Address returns the host and port of the server, for a proxy in between.
func (c *Cluster) Address() string { return fmt.Sprintf("127.0.0.1:%d", c.port) }

func (c *Cluster) url(name string) string {
	return fmt.Sprintf("postgres://gatehouse@%s/%s?sslmode=disable", c.Address(), name)
}

func (c *Cluster) data() string    { return filepath.Join(c.directory, "data") }
func (c *Cluster) logPath() string { return filepath.Join(c.directory, "log") }

func (c *Cluster) command(name string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.binaries, name), arguments...)
	command.Dir = c.directory
	// None of the PG… variables of this environment is meant for it.
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	command.SysProcAttr = dieWithParent(c.credential)
	command.WaitDelay = stopTimeout
	return command
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

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

// tail is the end of a text that is too long to show.
func tail(text []byte, lines int) string {
	all := strings.Split(string(bytes.TrimSpace(text)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
