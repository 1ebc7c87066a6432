package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Digest returns a digest of some texts, in their order, under a key: HMAC-SHA256
// of each behind its length, so that no other texts have the same.
func Digest(key []byte, parts ...string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return [sha256.Size]byte(mac.Sum(nil))
}
