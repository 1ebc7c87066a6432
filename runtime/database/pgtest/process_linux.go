package pgtest

import "syscall"

// dieWithParent has the kernel end the server when the thread that started it
// ends, so that tests that are killed leave none behind.
func dieWithParent(credential *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
}
