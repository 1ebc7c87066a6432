package secret

// Usage counts what is encrypted, as it was found.
type Usage struct {
	ByKey      map[string]int64 // values by the ID of their key
	Changed    int64            // rows that were encrypted anew
	Missed     int64            // rows that somebody else changed meanwhile
	Unreadable int64            // values that no key has made
}

// Add adds another count.
func (u *Usage) Add(other Usage) {
	for id, n := range other.ByKey {
		u.Count(id, n)
	}
	u.Changed += other.Changed
	u.Missed += other.Missed
	u.Unreadable += other.Unreadable
}

// Count adds values of a key.
func (u *Usage) Count(id string, values int64) {
	if u.ByKey == nil {
		u.ByKey = make(map[string]int64)
	}
	u.ByKey[id] += values
}

// Others returns how many values other keys than one have encrypted.
func (u *Usage) Others(id string) int64 {
	var n int64
	for key, values := range u.ByKey {
		if key != id {
			n += values
		}
	}
	return n
}

// Progress tells how far a look through a table has come.
type Progress struct {
	Table   string
	Rows    int64 // that were looked at
	Changed int64
}
