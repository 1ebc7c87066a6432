package password

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Limits of a hash string. It comes from the database, which others may have
// written: within these limits a hash takes at most a second or so, and at
// most 128 MiB.
const (
	// MaxRounds is the largest number of PBKDF2 rounds.
	MaxRounds = 1_000_000

	maxText    = 4096      // characters
	maxMemory  = 128 << 10 // KiB
	maxPasses  = 16
	maxThreads = 16
	minSalt    = 8 // bytes
	maxSalt    = 1024
	minSum     = 16
	maxSum     = 64
)

// ErrHash is the error of text that is no hash string within the limits.
var ErrHash = errors.New("not a password hash of a known kind: want $argon2id$… or $pbkdf2-sha512$…")

// parameters say what one hash costs.
type parameters struct {
	algorithm Algorithm
	passes    int // of Argon2id, or PBKDF2's rounds
	memory    int // KiB, of Argon2id
	threads   int // of Argon2id
}

// owasp is the first of OWASP's recommendations for Argon2id.
var owasp = parameters{algorithm: Argon2id, passes: 2, memory: 19456, threads: 1}

// cost compares parameters of one algorithm.
func (p parameters) cost() int { return p.passes * max(p.memory, 1) }

// less returns parameters that cost what p costs beyond spent, of the same
// algorithm; passes is 0 where there is nothing left.
func (p parameters) less(spent parameters) parameters {
	p.passes = max(0, p.cost()-spent.cost()) / max(p.memory, 1)
	return p
}

// compute hashes a password.
func (p parameters) compute(password string, salt []byte, size int) []byte {
	if p.algorithm == Argon2id {
		return argon2.IDKey([]byte(password), salt, uint32(p.passes), uint32(p.memory), uint8(p.threads), uint32(size))
	}
	sum, err := pbkdf2.Key(sha512.New, password, salt, p.passes, size)
	if err != nil {
		panic(err) // only for sizes beyond all limits
	}
	return sum
}

// hash is a hash string taken apart.
type hash struct {
	parameters
	salt, sum []byte
}

var (
	// phcBase64 is the base64 of PHC strings.
	phcBase64 = base64.RawStdEncoding.Strict()

	// passlibBase64 has a dot for the plus.
	passlibBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").
			WithPadding(base64.NoPadding).Strict()
)

func sumSize(algorithm Algorithm) int {
	if algorithm == Argon2id {
		return 32
	}
	return sha512.Size
}

// String returns the hash string.
func (h hash) String() string {
	if h.algorithm == Argon2id {
		return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.threads,
			phcBase64.EncodeToString(h.salt), phcBase64.EncodeToString(h.sum))
	}
	return fmt.Sprintf("$pbkdf2-sha512$%d$%s$%s", h.passes,
		passlibBase64.EncodeToString(h.salt), passlibBase64.EncodeToString(h.sum))
}

// parse reads a hash string. Its only error is ErrHash.
func parse(text string) (hash, error) {
	if len(text) > maxText || strings.ContainsAny(text, "\r\n") { // which the decoders would skip
		return hash{}, ErrHash
	}
	if rest, ok := strings.CutPrefix(text, "$argon2id$v=19$"); ok {
		return parseArgon2id(strings.Split(rest, "$"))
	}
	if rest, ok := strings.CutPrefix(text, "$pbkdf2-sha512$"); ok {
		return parsePBKDF2(strings.Split(rest, "$"))
	}
	return hash{}, ErrHash
}

func parseArgon2id(parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	memory, rest, okMemory := strings.Cut(parts[0], ",t=")
	passes, threads, okPasses := strings.Cut(rest, ",p=")
	memory, okPrefix := strings.CutPrefix(memory, "m=")
	read := hash{parameters: parameters{
		algorithm: Argon2id,
		memory:    number(memory, maxMemory),
		passes:    number(passes, maxPasses),
		threads:   number(threads, maxThreads),
	}}
	if !okPrefix || !okMemory || !okPasses || read.passes == 0 || read.threads == 0 || read.memory < 8*read.threads {
		return hash{}, ErrHash
	}
	return read.with(phcBase64, parts[1], parts[2], minSum, maxSum)
}

func parsePBKDF2(parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	read := hash{parameters: parameters{algorithm: PBKDF2SHA512, passes: number(parts[0], MaxRounds)}}
	if read.passes == 0 {
		return hash{}, ErrHash
	}
	return read.with(passlibBase64, parts[1], parts[2], sha512.Size, sha512.Size)
}

// with adds the salt and a sum of minSize to maxSize bytes.
func (h hash) with(encoding *base64.Encoding, salt, sum string, minSize, maxSize int) (hash, error) {
	var err, errSum error
	h.salt, err = encoding.DecodeString(salt)
	h.sum, errSum = encoding.DecodeString(sum)
	if err != nil || errSum != nil || len(h.salt) < minSalt || len(h.salt) > maxSalt ||
		len(h.sum) < minSize || len(h.sum) > maxSize {
		return hash{}, ErrHash
	}
	return h, nil
}

// number reads a decimal number from 1 to limit, in its one canonical
// spelling; anything else is 0.
func number(text string, limit int) int {
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > limit || strconv.Itoa(value) != text {
		return 0
	}
	return value
}
