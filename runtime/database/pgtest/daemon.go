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

// daemon is a server of PostgreSQL's protocol that is a child of the tests. Its
// methods are for one goroutine at a time.
type daemon struct {
	directory  string // holds all that it has
	port       int
	credential *syscall.Credential // nil unless root, which such servers refuse

	process *os.Process // nil while stopped
	exited  chan struct{}
}

func newDaemon() (daemon, error) {
	credential, err := unprivileged()
	if err != nil {
		return daemon{}, err
	}
	directory, err := os.MkdirTemp("", "gatehouse-pgtest-")
	if err != nil {
		return daemon{}, fmt.Errorf("pgtest: %w", err)
	}
	d := daemon{directory: directory, credential: credential}
	if err := d.own(directory); err != nil {
		return daemon{}, errors.Join(err, d.remove())
	}
	return d, nil
}

// Address returns the host and port of the server, for a proxy in between.
func (d *daemon) Address() string { return fmt.Sprintf("127.0.0.1:%d", d.port) }

// write makes a file that the server alone can read.
func (d *daemon) write(name string, content []byte) error {
	path := filepath.Join(d.directory, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return d.own(path)
}

func (d *daemon) own(path string) error {
	if d.credential == nil {
		return nil
	}
	if err := os.Chown(path, int(d.credential.Uid), int(d.credential.Gid)); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

func (d *daemon) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(program, arguments...)
	command.Dir = d.directory
	// None of the PG… variables of this environment is meant for it.
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	command.SysProcAttr = dieWithParent(d.credential)
	command.WaitDelay = stopTimeout
	return command
}

// onFreePort chooses a port and starts the server. Another process may take the
// port in between.
func (d *daemon) onFreePort(start func() error) (err error) {
	for range 3 {
		if d.port, err = freePort(); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
		if err = start(); err == nil {
			return nil
		}
	}
	return err
}

// launch starts the server, which must be stopped, and waits until it answers at
// a URL.
func (d *daemon) launch(server *exec.Cmd, url string) error {
	name := filepath.Base(server.Path)
	if d.process != nil {
		return fmt.Errorf("pgtest: %s runs already", name)
	}
	log, err := os.OpenFile(d.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
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
		return fmt.Errorf("pgtest: start %s: %w", name, err)
	}
	d.process, d.exited = server.Process, exited
	if err := d.awaitReady(url); err != nil {
		output, _ := os.ReadFile(d.logPath())
		return errors.Join(fmt.Errorf("pgtest: %s does not take connections: %w\n%s", name, err, tail(output, 20)), d.Kill())
	}
	return nil
}

// awaitReady waits until the server answers or has exited.
func (d *daemon) awaitReady(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-d.exited:
			return errors.New("it has exited")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server as a crash does.
func (d *daemon) Kill() error { return d.end(syscall.SIGQUIT) }

func (d *daemon) end(signal os.Signal) error {
	if d.process == nil {
		return nil
	}
	// It may have exited by itself.
	if err := d.process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("pgtest: stop a server: %w", err)
	}
	select {
	case <-d.exited:
	case <-time.After(stopTimeout):
		_ = d.process.Kill()
		<-d.exited
	}
	d.process = nil
	return nil
}

// remove stops the server and removes its files.
func (d *daemon) remove() error {
	err := d.Kill()
	if removeErr := os.RemoveAll(d.directory); removeErr != nil {
		err = errors.Join(err, fmt.Errorf("pgtest: %w", removeErr))
	}
	return err
}

func (d *daemon) logPath() string { return filepath.Join(d.directory, "log") }

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

// tail is the end of a text that is too long to show.
func tail(text []byte, lines int) string {
	all := strings.Split(string(bytes.TrimSpace(text)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
