package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"gatehouse/runtime/sso"
)

// Exit statuses, those of "zato sso".
const (
	exitFailure    = 1
	exitUserExists = 20
	exitInvalid    = 21
	exitNoUser     = 22
)

// exitInterrupted is what shells report of a program that an interrupt ended.
const exitInterrupted = 130

// exitNobodyReads is what shells report of a program whose output nobody reads
// any more, such as that of a pipe to head.
const exitNobodyReads = 141

// statusError is an error with an exit status of its own.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// errReported ends the program with a status, what was wrong being said
// already.
var errReported = errors.New("what was wrong is told above")

// failure is what a command with --json says of its failure, as the last line
// of standard error.
type failure struct {
	Error      string     `json:"error"`
	ExitStatus int        `json:"exit_status"`
	SubStatus  []sso.Code `json:"sub_status"` // of the SSO; empty where it did not refuse
}

// report says on standard error what went wrong and returns the exit status.
func report(stderr io.Writer, err error, asJSON bool) int {
	if err == nil {
		return 0
	}
	if isNobodyReading(err) {
		return exitNobodyReads
	}
	code := exitFailure
	var status *statusError
	if errors.As(err, &status) {
		code = status.status
	}
	switch {
	case asJSON:
		said := failure{Error: err.Error(), ExitStatus: code, SubStatus: sso.CodesOf(err)}
		if said.SubStatus == nil {
			said.SubStatus = []sso.Code{}
		}
		_ = writeJSON(stderr, said) // nobody is left to be told
	case !errors.Is(err, errReported):
		fmt.Fprintf(stderr, "gatehouse: %v\n", err)
	}
	return code
}

// isNobodyReading reports whether an error is that of standard output whose
// reader has gone.
func isNobodyReading(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && path.Path == os.Stdout.Name() && errors.Is(path.Err, syscall.EPIPE)
}

// fromSSO gives an error of the SSO its exit status and says what lies behind
// it: who works on the host itself may know.
func fromSSO(err error) error {
	var refused *sso.Error
	if !errors.As(err, &refused) {
		return err
	}
	if refused.Err != nil {
		for line := range strings.Lines(refused.Err.Error()) { // one for each of what is joined
			if line = strings.TrimSpace(line); !strings.Contains(err.Error(), line) {
				err = fmt.Errorf("%w: %s", err, line)
			}
		}
	}
	for _, code := range refused.Codes {
		switch {
		case code == sso.UsernameExists:
			return &statusError{exitUserExists, err}
		case code == sso.UserIDInvalid:
			return &statusError{exitNoUser, err}
		case code == sso.InternalError:
			return err
		case code[:4] == "E001", code[:4] == "E002", code[:4] == "E003", code[:4] == "E008":
			return &statusError{exitInvalid, err}
		}
	}
	return err
}
