//go:build !linux

package pgtest

import "syscall"

// dieWithParent can do no more here than run the server as another user: tests
// that are killed leave it behind.
func dieWithParent(credential *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: credential, Setpgid: true}
}
