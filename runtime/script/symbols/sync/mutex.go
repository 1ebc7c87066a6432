package sync

import "sync"

// Mutex stands for sync.Mutex.
type Mutex struct{ locked bool }

// Lock locks m.
func (m *Mutex) Lock() {
	if !m.TryLock() {
		deadlock("Lock of a sync.Mutex", "this call has locked it already")
	}
}

// TryLock locks m unless it is locked, and reports whether it did.
func (m *Mutex) TryLock() bool {
	if m.locked {
		return false
	}
	m.locked = true
	return true
}

// Unlock unlocks m.
func (m *Mutex) Unlock() {
	if !m.locked {
		panic("sync: unlock of unlocked mutex")
	}
	m.locked = false
}

// RWMutex stands for sync.RWMutex.
type RWMutex struct {
	locked  bool
	readers int
}

// Lock locks rw for writing.
func (rw *RWMutex) Lock() {
	if rw.locked {
		deadlock("Lock of a sync.RWMutex", "this call has locked it already")
	}
	if rw.readers > 0 {
		deadlock("Lock of a sync.RWMutex", "this call has locked it for reading")
	}
	rw.locked = true
}

// TryLock locks rw for writing unless it is locked, and reports whether it did.
func (rw *RWMutex) TryLock() bool {
	if rw.locked || rw.readers > 0 {
		return false
	}
	rw.locked = true
	return true
}

// Unlock unlocks rw for writing.
func (rw *RWMutex) Unlock() {
	if !rw.locked {
		panic("sync: Unlock of unlocked RWMutex")
	}
	rw.locked = false
}

// RLock locks rw for reading.
func (rw *RWMutex) RLock() {
	if !rw.TryRLock() {
		deadlock("RLock of a sync.RWMutex", "this call has locked it for writing")
	}
}

// TryRLock locks rw for reading unless it is locked for writing, and reports
// whether it did.
func (rw *RWMutex) TryRLock() bool {
	if rw.locked {
		return false
	}
	rw.readers++
	return true
}

// RUnlock undoes one RLock.
func (rw *RWMutex) RUnlock() {
	if rw.readers == 0 {
		panic("sync: RUnlock of unlocked RWMutex")
	}
	rw.readers--
}

// RLocker returns a Locker that locks rw for reading.
func (rw *RWMutex) RLocker() sync.Locker { return (*rlocker)(rw) }

type rlocker RWMutex

func (r *rlocker) Lock()   { (*RWMutex)(r).RLock() }
func (r *rlocker) Unlock() { (*RWMutex)(r).RUnlock() }
