package script

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gatehouse/runtime/script/compile"
)

// slack is how much earlier than its own end a grace period may count as
// over: changes that belong together, such as a file moved from one directory
// to another, are then taken together.
const slack = 10 * time.Millisecond

// directory is a package: what is live of it, and what its files hold.
type directory struct {
	path  string
	shown string

	// Read by Services: changed under Engine.mu.
	live    *version // nil where nothing of it could be loaded yet
	failure *failure // why the files are not what is live; nil where they are

	// The loader's alone.
	content *content
	hash    [32]byte
	since   time.Time // when the files were first seen as they are
	settled bool      // the files are live, or their failure is reported

	preparation *preparation  // of what is not settled; nil where none has begun
	compiling   chan struct{} // a value for every version that is being compiled
}

// version is one state of a directory that can be called.
type version struct {
	pkg      *compile.Package
	pool     *pool // nil for a package without services
	entries  map[string]*entry
	loadedAt time.Time
}

// retire has a version, if there is one, serve no new calls.
func (v *version) retire() {
	if v != nil && v.pool != nil {
		v.pool.retire()
	}
}

// shrink ends interpreters of a version, if there is one, that have been idle
// since before the given time.
func (v *version) shrink(before time.Time) {
	if v != nil && v.pool != nil {
		v.pool.shrink(before)
	}
}

// failure is why a directory could not be loaded.
type failure struct {
	err      *LoadError
	at       time.Time
	conflict bool // with the services of another directory; it may go away by itself
}

// packageService is a service of a package: where calls of it run.
type packageService struct {
	pool  *pool
	index int
}

func (t *packageService) run(c *call) (string, error) {
	return t.pool.pkg.Hash, t.pool.run(c, t.index)
}

// Load reads the services directories and loads what has changed, at once.
// A directory that is at fault is logged and listed by Services, and is no
// error of Load; its last good version, if any, serves on. One that takes
// longer to compile than it may is reported, and loaded by Watch if it ever is
// done.
func (e *Engine) Load(ctx context.Context) error {
	for {
		begun, err := e.beginAll(ctx)
		if err != nil {
			return err
		}
		// All of them go live together: of two that define one name, the
		// first keeps it, not the faster.
		for _, p := range begun {
			select {
			case <-p.done:
			case <-p.late:
			case <-ctx.Done():
				return ctx.Err()
			case <-e.stopped.Done():
				return ErrClosed
			}
		}
		round, err := e.reload(ctx, 0)
		if err != nil || !round.waits {
			return err
		}
	}
}

// beginAll reads the directories and has what has changed prepared.
func (e *Engine) beginAll(ctx context.Context) (begun []*preparation, err error) {
	e.loading.Lock()
	defer e.loading.Unlock()
	switch {
	case e.stopped.Err() != nil:
		return nil, ErrClosed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	e.note(scan(e.config.Dirs), time.Now())
	for _, d := range e.sorted() {
		if !d.settled {
			begun = append(begun, e.begin(d))
		}
	}
	return begun, nil
}

// round is what a reading of the directories came to.
type round struct {
	paths []string      // of the directories that there are
	again time.Duration // when to come again for what waits; 0: nothing does
	waits bool          // something is still being prepared, and is not late
}

// reload reads the directories and loads what has changed; what takes
// something away or fails waits until it has lasted for grace. What is not
// prepared promptly is left for later: the watcher is told when it is done.
func (e *Engine) reload(ctx context.Context, grace time.Duration) (r round, err error) {
	e.loading.Lock()
	defer e.loading.Unlock()
	now := time.Now()
	r.paths = e.note(scan(e.config.Dirs), now)
	for changed := true; changed; {
		changes, again, err := e.prepareChanged(ctx, now, grace)
		if err != nil {
			return round{}, err
		}
		e.mu.Lock()
		r.again = soonest(again, e.hold(changes, now, grace))
		r.waits = e.reportLate()
		changed = false
		var replaced []*version
		for _, d := range e.sorted() {
			if c := changes[d]; c != nil {
				before := d.live
				if e.apply(d, c) {
					changed, replaced = true, append(replaced, before)
				}
			}
		}
		if changed {
			e.publish()
		}
		e.mu.Unlock()
		for _, before := range replaced {
			before.retire()
		}
		changed = changed && e.retryConflicts()
	}
	return r, nil
}

// prepareChanged has what has changed prepared and returns what is ready of
// it; again is when to come again for what looks like a moment between two
// states.
func (e *Engine) prepareChanged(ctx context.Context, now time.Time, grace time.Duration) (changes map[*directory]*change, again time.Duration, err error) {
	var begun []*directory
	for _, d := range e.sorted() {
		if d.settled {
			continue
		}
		if age := now.Sub(d.since); age < grace-slack && d.isSuspicious() {
			again = soonest(again, grace-age)
			continue
		}
		if e.stopped.Err() == nil {
			e.begin(d)
		}
		begun = append(begun, d)
	}
	changes = map[*directory]*change{}
	for _, d := range begun {
		select {
		case <-e.stopped.Done():
			return nil, 0, ErrClosed
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		default:
		}
		select {
		case <-d.preparation.done:
		case <-d.preparation.slow:
		case <-d.preparation.late:
		case <-e.stopped.Done():
			return nil, 0, ErrClosed
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	if e.stopped.Err() != nil {
		return nil, 0, ErrClosed
	}
	for _, d := range begun {
		if isClosed(d.preparation.done) {
			changes[d] = d.preparation.change
		}
	}
	return changes, again, nil
}

// reportLate makes failures of what is compiled for longer than it may be. It
// reports whether anything is being prepared that is not late. The caller
// holds mu.
func (e *Engine) reportLate() (waits bool) {
	for _, d := range e.sorted() {
		p := d.preparation
		switch {
		case p == nil || isClosed(p.done):
		case !isClosed(p.late):
			waits = true
		case !p.told:
			p.told = true
			e.fail(d, e.overdue(d))
		}
	}
	return waits
}

// soonest returns the shorter of two waits; 0 is none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// hold refuses changes that conflict and takes out those that have to last
// longer before they count; it returns when to come again for these. The
// caller holds mu.
func (e *Engine) hold(changes map[*directory]*change, now time.Time, grace time.Duration) (again time.Duration) {
	for held := true; held; {
		// A change that waits keeps its old version live, which may bring a
		// conflict about that was none.
		e.settleConflicts(changes)
		held = false
		for d, c := range changes {
			patience := time.Duration(0)
			switch {
			case c.failure != nil:
				patience = grace
			case !c.same && d.loses(c.next):
				// It is sound as it is: a shorter wait will do.
				patience = min(grace, 4*e.config.Quiet)
				if e.isMoving(d) {
					delete(changes, d)
					held = true
					continue
				}
			}
			if age := now.Sub(d.since); age < patience-slack {
				again = soonest(again, patience-age)
				delete(changes, d)
				held = true
			}
		}
	}
	return again
}

// isMoving reports whether what a directory loses may come again in another
// one that has changed at the same time and is not prepared yet, nor late.
func (e *Engine) isMoving(d *directory) bool {
	for _, other := range e.directories {
		p := other.preparation
		if other != d && p != nil && !isClosed(p.done) && !isClosed(p.late) && other.since.Sub(d.since).Abs() <= 4*e.config.Quiet {
			return true
		}
	}
	return false
}

// sorted returns the directories by path.
func (e *Engine) sorted() []*directory {
	return slices.SortedFunc(maps.Values(e.directories), func(a, b *directory) int {
		switch {
		case a.path < b.path:
			return -1
		case a.path > b.path:
			return 1
		}
		return 0
	})
}

// note compares what was read with what is known.
func (e *Engine) note(contents []*content, now time.Time) (paths []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	present := map[string]bool{}
	update := func(d *directory, c *content) {
		if hash := c.hash(); d.content == nil || d.hash != hash {
			d.content, d.hash, d.since, d.settled = c, hash, now, false
		}
	}
	for _, c := range contents {
		paths = append(paths, c.path)
		present[c.path] = true
		d := e.directories[c.path]
		if d == nil {
			if len(c.files)+len(c.fault) == 0 {
				continue
			}
			d = &directory{path: c.path, shown: c.shown}
			e.directories[c.path] = d
		}
		update(d, c)
	}
	for path, d := range e.directories {
		isUnknown := slices.ContainsFunc(contents, func(c *content) bool { return c.unreadable && isBelow(path, c.path) })
		if !present[path] && !isUnknown {
			update(d, &content{path: d.path, shown: d.shown})
		}
	}
	return paths
}

// isSuspicious reports whether the files look like a moment between two
// states: one that was there is missing, or one is empty.
func (d *directory) isSuspicious() bool {
	present := map[string]bool{}
	for _, file := range d.content.files {
		if len(file.Source) == 0 {
			return true
		}
		present[file.Name] = true
	}
	if d.live != nil {
		for _, entry := range d.live.pkg.Services {
			if !present[entry.File] {
				return true
			}
		}
	}
	return false
}

// loses reports whether a next version lacks services of the live one.
func (d *directory) loses(next *version) bool {
	if d.live == nil {
		return false
	}
	for name := range d.live.entries {
		if next == nil || next.entries[name] == nil {
			return true
		}
	}
	return false
}

// change is what becomes of a directory: a next version, none (next and
// failure nil: there are no files), the live one again (same), or a failure.
type change struct {
	next    *version
	same    bool
	failure *failure
}

// drop ends what was prepared and does not go live.
func (c *change) drop() {
	c.next.retire()
	c.next = nil
}

// apply makes a change the state of its directory and reports whether what
// can be called has changed. The caller holds mu.
func (e *Engine) apply(d *directory, c *change) bool {
	if prepared := d.preparation.change; prepared != c {
		prepared.drop()
	}
	d.preparation.cancel()
	d.preparation, d.settled = nil, true
	switch {
	case c.failure != nil:
		e.fail(d, c.failure)
		return false
	case c.same:
		d.failure = nil
		return false
	case c.next == nil:
		replaced := d.live
		d.live, d.failure = nil, nil
		delete(e.directories, d.path)
		if replaced != nil && len(replaced.entries) > 0 {
			e.logger.Info("services removed", "dir", d.shown, "services", names(replaced))
		}
		return replaced != nil
	}
	d.live, d.failure = c.next, nil
	e.logger.Info("services loaded", "dir", d.shown, "version", c.next.pkg.Hash, "services", names(c.next))
	return true
}

// fail notes why a directory is not loaded, and logs it once. The caller holds
// mu.
func (e *Engine) fail(d *directory, f *failure) {
	known := d.failure != nil && d.failure.err.Error() == f.err.Error()
	d.failure = f
	if !known {
		message := "services not loaded"
		if d.live != nil {
			message += "; what served before serves on"
		}
		e.logger.Error(message, "dir", d.shown, "errors", strings.ReplaceAll(f.err.Error(), "\n", "; "))
	}
}

func names(v *version) []string { return slices.Sorted(maps.Keys(v.entries)) }

// infos describes the services of a directory and the files at fault. The
// caller holds Engine.mu.
func (d *directory) infos() []Info {
	var infos []Info
	served := map[string]bool{}
	if d.live != nil {
		for _, found := range d.live.pkg.Services {
			served[found.File] = true
			info := Info{
				Name: found.Name, File: found.File, Line: found.Line,
				Version: d.live.pkg.Hash, LoadedAt: d.live.loadedAt,
			}
			if d.failure != nil {
				info.LastError, info.LastErrorAt = d.failure.err.Error(), d.failure.at
			}
			infos = append(infos, info)
		}
	}
	if d.failure == nil {
		return infos
	}
	for _, fault := range d.failure.err.Diagnostics {
		file := fault.File
		if file == "" {
			file = d.shown
		}
		if served[file] {
			continue
		}
		served[file] = true
		infos = append(infos, Info{
			File: filepath.Clean(file), LastError: d.failure.err.Error(), LastErrorAt: d.failure.at,
		})
	}
	return infos
}
