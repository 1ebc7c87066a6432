package script

import (
	"fmt"
	"maps"
	"slices"
)

// settleConflicts turns changes into failures that would define a name a
// second time: who serves the name already keeps it, or else the first
// directory. The caller holds mu.
func (e *Engine) settleConflicts(changes map[*directory]*change) {
	for settled := false; !settled; {
		settled = true
		owners := map[string]*directory{}
		for _, d := range e.sorted() {
			for _, name := range slices.Sorted(maps.Keys(d.after(changes[d]))) {
				if e.compiledIn[name] != nil {
					changes[d] = d.refused(changes[d], name, "the program itself")
					settled = false
					break
				}
				other := owners[name]
				if other == nil {
					owners[name] = d
					continue
				}
				loser, keeper := d, other
				if !other.serves(name) && d.serves(name) || !changes[d].brings() {
					loser, keeper = other, d
				}
				changes[loser] = loser.refused(changes[loser], name, keeper.definition(changes[keeper], name))
				settled = false
				break
			}
			if !settled {
				break
			}
		}
	}
}

// brings reports whether a change puts something new live.
func (c *change) brings() bool { return c != nil && c.next != nil }

// after returns the services of a directory once a change has been applied.
func (d *directory) after(c *change) map[string]*entry {
	switch {
	case c.brings():
		return c.next.entries
	case d.live == nil || c != nil && !c.same && c.failure == nil:
		return nil
	}
	return d.live.entries
}

func (d *directory) serves(name string) bool { return d.live != nil && d.live.entries[name] != nil }

// definition tells where a name is defined once a change has been applied.
func (d *directory) definition(c *change, name string) string {
	v := d.live
	if c.brings() {
		v = c.next
	}
	for _, found := range v.pkg.Services {
		if found.Name == name {
			return fmt.Sprintf("%s:%d (type %s)", found.File, found.Line, found.Type)
		}
	}
	return d.shown
}

// refused returns the failure that a change becomes whose name is defined
// elsewhere.
func (d *directory) refused(c *change, name, elsewhere string) *change {
	fault := Diagnostic{File: d.shown}
	for _, found := range c.next.pkg.Services {
		if found.Name == name {
			fault = Diagnostic{File: found.File, Line: found.Line}
			fault.Message = fmt.Sprintf("service %s (type %s) is defined already, by %s; rename one of them, or give it a method Name", name, found.Type, elsewhere)
		}
	}
	refused := failed(d.shown, fault)
	refused.failure.conflict = true
	return refused
}

// retryConflicts has directories looked at again that were refused for a name
// that may be free now, and reports whether there are any.
func (e *Engine) retryConflicts() bool {
	found := false
	for _, d := range e.directories {
		if d.failure != nil && d.failure.conflict {
			d.settled, found = false, true
		}
	}
	return found
}
