package password

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/scrypt"
)

// Limits of a hash string. It comes from the database, which others may have
// written: within these limits a hash takes at most a second or so, and at
// most 128 MiB.
const (
	// MaxRounds is the largest number of rounds of PBKDF2 with SHA-512.
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
var ErrHash = errors.New("not a password hash of a known kind, or one that costs more than the limits allow")

// parameters say what one hash costs.
type parameters struct {
	algorithm Algorithm
	passes    int // of Argon2, PBKDF2's rounds, bcrypt's 2^cost, or scrypt's N
	memory    int // KiB, of Argon2; scrypt's r·p
	threads   int // of Argon2; scrypt's p
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
	var sum []byte
	var err error
	switch p.algorithm {
	case Argon2id:
		sum = argon2.IDKey([]byte(password), salt, uint32(p.passes), uint32(p.memory), uint8(p.threads), uint32(size))
	case argon2i:
		sum = argon2.Key([]byte(password), salt, uint32(p.passes), uint32(p.memory), uint8(p.threads), uint32(size))
	case pbkdf2SHA256:
		sum, err = pbkdf2.Key(sha256.New, password, salt, p.passes, size)
	case PBKDF2SHA512:
		sum, err = pbkdf2.Key(sha512.New, password, salt, p.passes, size)
	case scryptSHA256:
		sum, err = scrypt.Key([]byte(password), salt, p.passes, p.memory/p.threads, p.threads, size)
	default:
		err = fmt.Errorf("%s is verified, not computed", p.algorithm)
	}
	if err != nil {
		panic(err) // only for sizes beyond all limits
	}
	return sum
}

// hash is a hash string taken apart.
type hash struct {
	parameters
	salt, sum []byte
	bcrypt    string // the hash string as it is, for bcrypt verifies whole ones
	foreign   bool   // not in the form that String writes
}

var (
	// phcBase64 is the base64 of PHC strings.
	phcBase64 = base64.RawStdEncoding.Strict()

	// passlibBase64 has a dot for the plus.
	passlibBase64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").
			WithPadding(base64.NoPadding).Strict()
)

func sumSize(algorithm Algorithm) int {
	if algorithm == PBKDF2SHA512 {
		return sha512.Size
	}
	return 32
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
		return parseArgon2(Argon2id, strings.Split(rest, "$"))
	}
	if rest, ok := strings.CutPrefix(text, "$pbkdf2-sha512$"); ok && !strings.HasPrefix(rest, "i=") {
		return parsePBKDF2(PBKDF2SHA512, strings.Split(rest, "$"))
	}
	return parseForeign(text)
}

func parseArgon2(algorithm Algorithm, parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	memory, rest, okMemory := strings.Cut(parts[0], ",t=")
	passes, threads, okPasses := strings.Cut(rest, ",p=")
	memory, okPrefix := strings.CutPrefix(memory, "m=")
	read := hash{parameters: parameters{
		algorithm: algorithm,
		memory:    number(memory, maxMemory),
		passes:    number(passes, maxPasses),
		threads:   number(threads, maxThreads),
	}}
	if !okPrefix || !okMemory || !okPasses || read.passes == 0 || read.threads == 0 || read.memory < 8*read.threads {
		return hash{}, ErrHash
	}
	return read.with(phcBase64, parts[1], parts[2], minSum, maxSum)
}

// parsePBKDF2 reads passlib's form.
func parsePBKDF2(algorithm Algorithm, parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	read := hash{parameters: parameters{algorithm: algorithm, passes: number(parts[0], maxRounds(algorithm))}}
	if read.passes == 0 {
		return hash{}, ErrHash
	}
	return read.with(passlibBase64, parts[1], parts[2], sumSize(algorithm), sumSize(algorithm))
}

func maxRounds(algorithm Algorithm) int {
	if algorithm == pbkdf2SHA256 {
		return maxRoundsSHA256
	}
	return MaxRounds
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
