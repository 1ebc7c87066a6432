// Package chain seals the audit, so that entries that were altered, removed or
// put in between show.
//
// Entries are written without waiting for one another, and without a hash.
// Behind them a sealer takes those that no seal covers yet, in the order of
// their IDs, and adds a seal: a row with their IDs, a keyed digest of each, and
// a keyed digest of all that and of the seal before. One row, the head, tells
// where the chain begins and ends, with a keyed digest of its own. The keys are
// derived from the installation's: whoever has the database alone can forge
// none of it.
//
// IDs are given out before the transactions that use them commit, so an entry
// may appear after one with a higher ID, and one whose transaction was rolled
// back never does. The head therefore lists the IDs that were passed over, its
// gaps. What appears in them is sealed by a later seal; a gap is closed once
// all transactions have ended that were there when it was found. From then on
// an entry in it is one that was put there by hand.
package chain

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret"
	"gatehouse/runtime/sso/store"
)

// purpose is what seal keys are derived for.
const purpose = "audit chain"

// Chain is the chain of seals over the audit of a store. It is safe for
// concurrent use, by several hosts too.
type Chain struct {
	store *store.Store
	keys  *secret.Keyring
	now   func() time.Time

	mu    sync.Mutex
	known map[string][]byte // what seals are made with, by key ID

	turn sync.Mutex // one change of the chain at a time
	seen remembered
}

// New returns the chain of a store. now tells the time. memory outlives the
// host; with nil, a host remembers what it has seen itself.
func New(s *store.Store, keys *secret.Keyring, now func() time.Time, memory Memory) *Chain {
	return &Chain{
		store: s, keys: keys, now: func() time.Time { return database.Timestamp(now()) },
		known: make(map[string][]byte), seen: remembered{memory: memory},
	}
}

// ErrAltered is matched by errors about a chain that was altered: it is not
// extended, for that would make the alteration look right.
var ErrAltered = errors.New("the chain of the audit was altered")

// keptText is what the token of a seal key decrypts to.
const keptText = "gatehouse seal key of "

// kept returns the token in which the seal key of a key is kept: it outlives
// the key, and is encrypted with the newest key of a keyring.
func kept(keys *secret.Keyring, key secret.Key) string {
	text := keptText + key.ID() + " " + base64.StdEncoding.EncodeToString(key.Derive(purpose))
	return keys.For(purpose).Encrypt([]byte(text))
}

// RenewKept encrypts a token of a seal key anew with the newest of keys, unless
// it is of that key already, and returns the ID of the key that it was of.
func RenewKept(keys *secret.Keyring, token string) (renewed, keyID string, err error) {
	ring := keys.For(purpose)
	clear, by, err := ring.Open(token)
	if err != nil {
		return token, "", err
	}
	for _, key := range keys.Keys() {
		if key.For(purpose).Equal(by) {
			keyID = key.ID()
		}
	}
	if !by.Equal(ring.Newest()) {
		token = ring.Encrypt(clear)
	}
	return token, keyID, nil
}

// sealKey returns what seals with a key's ID were made with.
func (c *Chain) sealKey(ctx context.Context, id string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.known[id]; ok {
		return known, nil
	}
	key, err := c.findSealKey(ctx, id)
	if err == nil {
		c.known[id] = key
	}
	return key, err
}

// errNoKey is matched where seals were made with a key that nothing is known of.
var errNoKey = errors.New("its key is unknown")

func (c *Chain) findSealKey(ctx context.Context, id string) ([]byte, error) {
	if key, ok := c.keys.ByID(id); ok {
		return key.Derive(purpose), nil
	}
	token, err := c.store.SealKey(ctx, id)
	if err != nil {
		return nil, err
	}
	text, err := c.keys.For(purpose).Decrypt(token)
	if err != nil {
		return nil, errNoKey
	}
	encoded, ok := strings.CutPrefix(string(text), keptText+id+" ")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return nil, errNoKey
	}
	return key, nil
}

// digestSize is the size of an entry's digest, in bytes; that of a seal has
// twice as many.
const digestSize = 16

// digester makes the digests of one key.
type digester struct{ mac hash.Hash }

func newDigester(key []byte) *digester { return &digester{hmac.New(sha256.New, key)} }

func (d *digester) begin(kind string) {
	d.mac.Reset()
	d.text(kind)
}

func (d *digester) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.mac.Write(b[:])
}

func (d *digester) text(text string) {
	d.number(int64(len(text)))
	d.mac.Write([]byte(text))
}

func (d *digester) bytes(b []byte) {
	d.number(int64(len(b)))
	d.mac.Write(b)
}

// entry appends the digest of an entry to b.
func (d *digester) entry(b []byte, e *store.AuditEntry) []byte {
	d.begin("entry 1")
	d.number(e.ID)
	d.number(e.Time.UnixMicro())
	for _, text := range []string{e.CID, e.Op, e.Actor, e.Target, e.App, e.RemoteAddr, e.UserAgent, e.Result, e.SubStatus, e.Keys, e.Changes} {
		d.text(text)
	}
	var sum [sha256.Size]byte
	return append(b, d.mac.Sum(sum[:0])[:digestSize]...)
}

// seal returns the digest of a seal that follows another one.
func (d *digester) seal(previous []byte, s *store.Seal) []byte {
	d.begin("seal 1")
	d.bytes(previous)
	d.number(s.Number)
	d.number(s.Time.UnixMicro())
	d.number(s.Entries)
	d.text(s.KeyID)
	d.bytes(s.List)
	return d.mac.Sum(nil)
}

// head returns the digest of a head.
func (d *digester) head(h *store.SealHead) []byte {
	d.begin("head 1")
	for _, n := range []int64{h.Time.UnixMicro(), h.First, h.Number, h.Top, h.Sealed, h.Removed} {
		d.number(n)
	}
	d.text(h.Gaps)
	d.bytes(h.Anchor)
	d.bytes(h.Digest)
	d.text(h.KeyID)
	return d.mac.Sum(nil)
}

// isNew reports whether a head is that of a chain that has not begun.
func isNew(h *store.SealHead) bool {
	return len(h.MAC) == 0 && h.Number == 0 && h.First == 1 && h.Top == 0 && h.KeyID == "" && h.Sealed == 0 && h.Removed == 0
}

// checkHead returns an error that matches ErrAltered for a head that no host
// has written.
func (c *Chain) checkHead(ctx context.Context, h *store.SealHead, found bool) error {
	if !found {
		return fmt.Errorf("%w: its head is gone", ErrAltered)
	}
	if isNew(h) {
		seals, err := c.store.Seals(ctx, 1, 1, 1)
		if err == nil && len(seals) > 0 {
			// Unless another host has begun the chain just now.
			again, _, err := c.store.SealHead(ctx)
			if err == nil && isNew(&again) {
				return fmt.Errorf("%w: there are seals, but its head says that there are none", ErrAltered)
			}
			return err
		}
		return err
	}
	key, err := c.sealKey(ctx, h.KeyID)
	if errors.Is(err, errNoKey) {
		return fmt.Errorf("%w, or it was made with a key (%s) that this installation does not have any more", ErrAltered, h.KeyID)
	}
	if err != nil {
		return err
	}
	if !hmac.Equal(newDigester(key).head(h), h.MAC) {
		return fmt.Errorf("%w: its head is not as it was written", ErrAltered)
	}
	return nil
}

// SealsGone returns an error that matches ErrAltered where the oldest or the
// newest seal that the head names is not there: seals were removed from an
// end of the chain, or all of them. What was removed between, Verify finds.
func (c *Chain) SealsGone(ctx context.Context) error {
	head, found, ends, err := c.store.SealEnds(ctx)
	if err != nil || !found || head.Number < head.First {
		return err
	}
	from, to := head.First, head.Number
	switch {
	case len(ends) == 0:
	case ends[0] > head.First:
		to = ends[0] - 1
	case ends[len(ends)-1] < head.Number:
		from = ends[len(ends)-1] + 1
	default:
		return nil
	}
	return fmt.Errorf("%w: the seals %d to %d are gone", ErrAltered, from, to)
}

// A list is the IDs of a seal, each as the difference to the one before, and
// the digest of its entry.
type listed struct {
	id     int64
	digest []byte
}

func appendListed(list []byte, previous int64, e *store.AuditEntry, d *digester) []byte {
	list = binary.AppendUvarint(list, uint64(e.ID-previous))
	return d.entry(list, e)
}

// errList is the error of a list that no host has written.
var errList = errors.New("its list of entries cannot be read")

func parseList(list []byte) ([]listed, error) {
	var all []listed
	for id := int64(0); len(list) > 0; {
		step, n := binary.Uvarint(list)
		if n <= 0 || step == 0 || step > 1<<62 || id+int64(step) < id || len(list) < n+digestSize {
			return all, errList
		}
		id += int64(step)
		all = append(all, listed{id, list[n : n+digestSize]})
		list = list[n+digestSize:]
	}
	return all, nil
}

// FormatHead returns a head as an operator notes it down: the number of the
// newest seal and its digest.
func FormatHead(number int64, digest []byte) string {
	return fmt.Sprintf("%d-%s", number, hex.EncodeToString(digest))
}

// ParseHead reads what FormatHead has written.
func ParseHead(text string) (number int64, digest []byte, err error) {
	before, after, _ := strings.Cut(text, "-")
	number, fault := strconv.ParseInt(before, 10, 64)
	digest, err = hex.DecodeString(after)
	if fault != nil || err != nil || number < 0 || strconv.FormatInt(number, 10) != before || len(digest) != sha256.Size {
		return 0, nil, errors.New("want a head as audit verify prints it: a number, a hyphen and 64 hexadecimal digits")
	}
	return number, digest, nil
}
