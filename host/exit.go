package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

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

// statusError is an error with an exit status of its own.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// errReported ends the program with a status, what was wrong being said
// already.
var errReported = errors.New("reported")

// report says on standard error what went wrong and returns the exit status.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintf(stderr, "gatehouse: %v\n", err)
	}
	var status *statusError
	if errors.As(err, &status) {
		return status.status
	}
	return exitFailure
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
		case code == sso.InternalError:
			return err
		case code[:4] == "E001", code[:4] == "E002", code[:4] == "E003", code[:4] == "E008":
			return &statusError{exitInvalid, err}
		}
	}
	return err
}
