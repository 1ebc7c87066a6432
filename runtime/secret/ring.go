package secret

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Keyring encrypts with its newest key and decrypts with any. One that comes
// from a file follows it: within RereadEvery, and at once where it meets a token
// of a key that it does not have. It is safe for concurrent use.
type Keyring struct{ state *ringState }

type ringState struct {
	keys atomic.Pointer[[]Key]
	file *followed // nil where the keys never change
}

// NewKeyring returns a keyring of the newest key and any older ones.
func NewKeyring(newest Key, older ...Key) *Keyring {
	return newKeyring(append([]Key{newest}, older...), nil)
}

func newKeyring(keys []Key, file *followed) *Keyring {
	r := &Keyring{&ringState{file: file}}
	r.state.keys.Store(&keys)
	return r
}

// RereadEvery bounds how long a keyring does not know that its file has changed.
const RereadEvery = time.Second

// followed is the key file of a keyring.
type followed struct {
	path string
	next atomic.Int64 // when to look at it again, in nanoseconds

	mu   sync.Mutex
	info fs.FileInfo // of the file that was read
}

// reread reads the file if it has changed. A file that is no key file any more changes nothing: what was read
// before goes on, and the next start tells.
func (r *ringState) reread() {
	f := r.file
	f.next.Store(time.Now().Add(RereadEvery).UnixNano())
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil || isSame(info, f.info) {
		return
	}
	if keys, info, err := readKeys(f.path); err == nil {
		f.info = info
		r.keys.Store(&keys)
	}
}

func isSame(a, b fs.FileInfo) bool {
	return b != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// all returns the keys, the newest first.
func (r *Keyring) all() []Key {
	s := r.state
	if s.file != nil && time.Now().UnixNano() >= s.file.next.Load() {
		s.reread()
	}
	return *s.keys.Load()
}

// Newest returns the key that encrypts.
func (r *Keyring) Newest() Key { return r.all()[0] }

// Keys returns all keys, the newest first.
func (r *Keyring) Keys() []Key { return slices.Clone(r.all()) }

// Frozen returns a keyring of the keys as they are now.
func (r *Keyring) Frozen() *Keyring { return newKeyring(r.Keys(), nil) }

// find returns the newest key that is right. Where there is none, the file is
// looked at once more.
func (r *Keyring) find(isRight func(Key) bool) (Key, bool) {
	keys := r.all()
	if i := slices.IndexFunc(keys, isRight); i >= 0 {
		return keys[i], true
	}
	if r.state.file == nil {
		return Key{}, false
	}
	r.state.reread()
	keys = *r.state.keys.Load()
	if i := slices.IndexFunc(keys, isRight); i >= 0 {
		return keys[i], true
	}
	return Key{}, false
}

// ByID returns the key with an ID.
func (r *Keyring) ByID(id string) (Key, bool) {
	return r.find(func(key Key) bool { return key.ID() == id })
}

// For returns the keyring of the keys for a purpose, as they are now.
func (r *Keyring) For(purpose string) *Keyring {
	keys := r.Keys()
	for i := range keys {
		keys[i] = keys[i].For(purpose)
	}
	return newKeyring(keys, nil)
}

// idSize is how many bytes of a digest name a key.
const idSize = 6

// ID returns a short name of the key that reveals nothing of it.
func (k Key) ID() string { return hex.EncodeToString(k.Derive("key ID")[:idSize]) }

// For returns a key of its own for a purpose. What is encrypted with it cannot
// be passed off as what the key itself has encrypted, nor the other way round.
func (k Key) For(purpose string) Key {
	return keyOf([keySize]byte(k.Derive("key for " + purpose)))
}

// ErrNoSuchKey is matched by the errors about a key that is not in the file.
var ErrNoSuchKey = errors.New("there is no such key")
