package password

import (
	"crypto/subtle"
	"encoding/base64"
	"math/bits"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// The algorithms of other systems: their hashes verify, none is made.
const (
	argon2i        Algorithm = "argon2i"
	pbkdf2SHA256   Algorithm = "pbkdf2-sha256"
	bcryptBlowfish Algorithm = "bcrypt"
	scryptSHA256   Algorithm = "scrypt"
)

// Limits of their hash strings, each about a second's work.
const (
	maxRoundsSHA256 = 2_000_000
	minBcryptCost   = bcrypt.MinCost
	maxBcryptCost   = 15
	maxScryptBlocks = 1 << 20 // N·r, of 128 bytes each: 128 MiB
	maxScryptWork   = 1 << 22 // N·r·p
	maxScryptLanes  = 64
)

// parseForeign reads the hash strings of other systems: PHC strings, those of
// passlib and, under their prefixes, those of Django.
func parseForeign(text string) (read hash, err error) {
	kind, rest, _ := strings.Cut(strings.TrimPrefix(text, "$"), "$")
	parts := strings.Split(rest, "$")
	isDjango := !strings.HasPrefix(text, "$")
	switch {
	case isDjango && kind == "pbkdf2_sha256":
		read, err = parseDjango(parts)
	case isDjango && kind == "argon2", isDjango && kind == "bcrypt":
		inner := rest
		if kind == "argon2" {
			inner = "$" + rest
		}
		if !strings.HasPrefix(inner, "$") { // no prefix within a prefix
			return hash{}, ErrHash
		}
		read, err = parse(inner)
	case isDjango:
		return hash{}, ErrHash
	case kind == "2a", kind == "2b", kind == "2y":
		read, err = parseBcrypt(text)
	case kind == "scrypt":
		read, err = parseScrypt(parts)
	case strings.HasPrefix(text, "$argon2i$v=19$"):
		read, err = parseArgon2(argon2i, parts[1:])
	case kind == string(pbkdf2SHA256), kind == string(PBKDF2SHA512):
		if strings.HasPrefix(rest, "i=") {
			read, err = parsePHCPBKDF2(Algorithm(kind), parts)
		} else {
			read, err = parsePBKDF2(Algorithm(kind), parts)
		}
	default:
		return hash{}, ErrHash
	}
	read.foreign = true
	return read, err
}

// parsePHCPBKDF2 reads i=ROUNDS[,l=SIZE], salt and sum of a PHC string.
func parsePHCPBKDF2(algorithm Algorithm, parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	rounds, size, hasSize := strings.Cut(strings.TrimPrefix(parts[0], "i="), ",l=")
	read := hash{parameters: parameters{algorithm: algorithm, passes: number(rounds, maxRounds(algorithm))}}
	if read.passes == 0 {
		return hash{}, ErrHash
	}
	read, err := read.with(phcBase64, parts[1], parts[2], minSum, maxSum)
	if err != nil || hasSize && size != strconv.Itoa(len(read.sum)) {
		return hash{}, ErrHash
	}
	return read, nil
}

// parseDjango reads rounds, a salt that is text, and a padded sum.
func parseDjango(parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	read := hash{
		parameters: parameters{algorithm: pbkdf2SHA256, passes: number(parts[0], maxRoundsSHA256)},
		salt:       []byte(parts[1]),
	}
	var err error
	read.sum, err = base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || read.passes == 0 || len(read.salt) < minSalt || len(read.salt) > maxSalt || len(read.sum) != sumSize(pbkdf2SHA256) {
		return hash{}, ErrHash
	}
	return read, nil
}

// bcryptLength is that of every hash string of bcrypt: $2b$12$, 22 digits of
// salt and 31 of the sum.
const bcryptLength = 60

func parseBcrypt(text string) (hash, error) {
	if len(text) != bcryptLength || text[6] != '$' || strings.Trim(text[7:], bcryptAlphabet) != "" {
		return hash{}, ErrHash
	}
	cost, err := strconv.Atoi(text[4:6])
	if err != nil || cost < minBcryptCost || cost > maxBcryptCost {
		return hash{}, ErrHash
	}
	// The three versions differ in faults of implementations, none of them ours.
	return hash{parameters: parameters{algorithm: bcryptBlowfish, passes: 1 << cost}, bcrypt: "$2b" + text[3:]}, nil
}

const bcryptAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// parseScrypt reads ln=LOG2(N),r=R,p=P, salt and sum.
func parseScrypt(parts []string) (hash, error) {
	if len(parts) != 3 {
		return hash{}, ErrHash
	}
	logN, rest, okN := strings.Cut(parts[0], ",r=")
	r, p, okR := strings.Cut(rest, ",p=")
	logN, okPrefix := strings.CutPrefix(logN, "ln=")
	exponent, blocks, lanes := number(logN, 20), number(r, maxScryptBlocks), number(p, maxScryptLanes)
	if !okN || !okR || !okPrefix || exponent == 0 || blocks == 0 || lanes == 0 ||
		blocks<<exponent > maxScryptBlocks || lanes > maxScryptWork/(blocks<<exponent) {
		return hash{}, ErrHash
	}
	read := hash{parameters: parameters{algorithm: scryptSHA256, passes: 1 << exponent, memory: blocks * lanes, threads: lanes}}
	return read.with(phcBase64, parts[1], parts[2], minSum, maxSum)
}

// matches reports whether a password is that of the hash.
func (h hash) matches(password string) bool {
	if h.algorithm == bcryptBlowfish {
		return bcrypt.CompareHashAndPassword([]byte(h.bcrypt), []byte(password)) == nil
	}
	return subtle.ConstantTimeCompare(h.compute(password, h.salt, len(h.sum)), h.sum) == 1
}

var (
	dummySalt       = make([]byte, 64)
	dummyBcryptTail = "$" + strings.Repeat(".", bcryptLength-len("$2b$04$"))
)

// waste takes the time of computing a hash. Where passes have to be powers of
// two it takes as many as make up the number.
func (p parameters) waste(password string) {
	switch p.algorithm {
	case bcryptBlowfish, scryptSHA256:
	default:
		p.compute(password, dummySalt, sumSize(p.algorithm))
		return
	}
	for rest := p.passes; rest > 1; {
		exponent := bits.Len(uint(rest)) - 1
		rest -= 1 << exponent
		switch {
		case p.algorithm == scryptSHA256:
			part := p
			part.passes = 1 << exponent
			part.compute(password, dummySalt, sumSize(p.algorithm))
		case exponent >= minBcryptCost:
			cost := strconv.Itoa(100 + exponent)[1:]
			hash{parameters: p, bcrypt: "$2b$" + cost + dummyBcryptTail}.matches(password)
		}
	}
}
