// Package sync is what scripts get for the standard package of its name, by
// which its types are named when they are printed.
//
// Unlocking what is not locked ends a process of Go's, and nothing can recover
// from it: here it is a panic. And no goroutine runs beside a script that could
// ever unlock, signal or finish what it waits for: a wait that cannot end is a
// panic too, which says so, rather than a call that is stopped at its deadline.
// All else is as in the standard package, whose Locker, Map and Pool stay.
package sync

// deadlock panics for a wait that has no end.
func deadlock(wait, why string) {
	panic("deadlock: " + wait + " would wait for ever: " + why + ", and nothing runs beside a service that could change that")
}
