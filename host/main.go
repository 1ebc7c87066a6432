// Command gatehouse is a service host with single sign-on built in. Run
// without arguments it serves: see the README for a tour, and
// "gatehouse help" for its commands.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// What nobody reads any more ends a write with an error, and not the program
	// with what it has to finish.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.Background())
	go interrupt(signals, cancel)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// interrupt ends the program cleanly at the first signal and at once at the
// second, however soon that follows.
func interrupt(signals <-chan os.Signal, cancel context.CancelFunc) {
	<-signals
	cancel()
	<-signals
	os.Exit(exitInterrupted)
}

// run runs one command line and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	addCompletion(root) // which knows where to write by now
	root.SetArgs(joinBooleans(root, args))
	cmd, err := root.ExecuteContextC(ctx)
	return report(stderr, err, askedForJSON(cmd, args))
}
