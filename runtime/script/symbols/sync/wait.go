package sync

import "sync"

// WaitGroup stands for sync.WaitGroup.
type WaitGroup struct{ counter int }

// Add adds delta, which may be negative, to what is to be done.
func (wg *WaitGroup) Add(delta int) {
	wg.counter += delta
	if wg.counter < 0 {
		panic("sync: negative WaitGroup counter")
	}
}

// Done takes one from what is to be done.
func (wg *WaitGroup) Done() { wg.Add(-1) }

// Wait returns where nothing is left to be done.
func (wg *WaitGroup) Wait() {
	if wg.counter > 0 {
		deadlock("Wait of a sync.WaitGroup", "Done is still to be called")
	}
}

// Go is refused where a service names it; this is for those that get at it
// through an interface of their own.
func (wg *WaitGroup) Go(func()) {
	panic("sync: WaitGroup.Go starts a goroutine, which services cannot; call the function directly")
}

// Cond stands for sync.Cond.
type Cond struct {
	// L is held while the condition is looked at or changed.
	L sync.Locker
}

// NewCond returns a Cond with a Locker.
func NewCond(l sync.Locker) *Cond { return &Cond{L: l} }

// Wait is never woken. L is locked all the same when it panics, as deferred
// calls expect it.
func (c *Cond) Wait() {
	c.L.Unlock()
	c.L.Lock()
	deadlock("Wait of a sync.Cond", "Signal or Broadcast is still to be called")
}

// Signal wakes one of those that wait: there are none.
func (c *Cond) Signal() {}

// Broadcast wakes all that wait: there are none.
func (c *Cond) Broadcast() {}
