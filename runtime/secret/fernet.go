package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// A token is version (1 byte), time (8), IV (16), ciphertext (a multiple of
// 16, never 0) and HMAC-SHA256 of all that (32), in URL-safe base64.
const (
	version      = 0x80
	headerSize   = 1 + 8 + aes.BlockSize
	macSize      = sha256.Size
	minTokenSize = headerSize + aes.BlockSize + macSize

	// TokenPrefix begins every token made before the year 4147.
	TokenPrefix = "gAAAA"

	// MaxClear is the size of the largest clear text, in bytes.
	MaxClear = 32 << 20
)

var (
	maxToken = base64.URLEncoding.EncodedLen(headerSize + MaxClear + aes.BlockSize + macSize)
	encoding = base64.URLEncoding.Strict()
)

// ErrToken is the error of every token that does not decrypt, be it garbage,
// cut short, too large or made with another key: which of these it is would
// help nobody but an attacker.
var ErrToken = errors.New("the text is not a token made with this installation's secret key")

// Encrypt returns clear as a token. More than MaxClear bytes are a fault of
// the program, and panic.
func (r *Keyring) Encrypt(clear []byte) string {
	var iv [aes.BlockSize]byte
	_, _ = rand.Read(iv[:]) // never fails: it ends the process instead
	return seal(r.Newest(), clear, iv, time.Now())
}

// Decrypt returns the clear text of a token that was made with any key of the
// keyring, however long ago. Its only error is ErrToken.
func (r *Keyring) Decrypt(token string) ([]byte, error) {
	clear, _, err := r.Open(token)
	return clear, err
}

// Open is Decrypt that tells which key has made the token.
func (r *Keyring) Open(token string) (clear []byte, by Key, err error) {
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return nil, Key{}, ErrToken
	}
	raw, err := encoding.DecodeString(token)
	if err != nil || len(raw) < minTokenSize || raw[0] != version ||
		(len(raw)-headerSize-macSize)%aes.BlockSize != 0 {
		return nil, Key{}, ErrToken
	}
	signed, mac := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	key, ok := r.find(func(key Key) bool { return hmac.Equal(mac, sign(key, signed)) })
	if !ok {
		return nil, Key{}, ErrToken
	}
	clear, err = unpad(decrypt(key, signed))
	return clear, key, err
}

// DecryptStored returns the clear text of a database column as Zato left it:
// a token, a token as \x and hexadecimal, or text that was never encrypted
// (empty, or without a token's prefix), which comes back as it is.
func (r *Keyring) DecryptStored(column string) (string, error) {
	stored, err := r.OpenStored(column)
	return stored.Clear, err
}

// Stored is what a database column holds.
type Stored struct {
	Clear     string
	Encrypted bool
	By        Key // has made the token, where it is encrypted
}

// OpenStored is DecryptStored that tells how the column was encrypted.
func (r *Keyring) OpenStored(column string) (Stored, error) {
	token, isToken := tokenOf(column)
	if !isToken {
		return Stored{Clear: column}, nil
	}
	clear, by, err := r.Open(token)
	return Stored{Clear: string(clear), Encrypted: true, By: by}, err
}

// IsReadAsToken reports whether text that is stored as it is would be taken for
// an encrypted one.
func IsReadAsToken(column string) bool {
	_, isToken := tokenOf(column)
	return isToken
}

func tokenOf(column string) (token string, ok bool) {
	token = column
	if digits, ok := strings.CutPrefix(column, `\x`); ok {
		if decoded, err := hex.DecodeString(digits); err == nil {
			token = string(decoded)
		}
	}
	return token, strings.HasPrefix(token, TokenPrefix)
}

func seal(key Key, clear []byte, iv [aes.BlockSize]byte, now time.Time) string {
	if len(clear) > MaxClear {
		panic("secret: the text to encrypt is larger than secret.MaxClear")
	}
	padding := aes.BlockSize - len(clear)%aes.BlockSize // PKCS #7
	raw := make([]byte, 0, headerSize+len(clear)+padding+macSize)
	raw = append(raw, version)
	raw = binary.BigEndian.AppendUint64(raw, uint64(now.Unix()))
	raw = append(raw, iv[:]...)
	raw = append(raw, clear...)
	for range padding {
		raw = append(raw, byte(padding))
	}
	body := raw[headerSize:]
	cipher.NewCBCEncrypter(block(key), iv[:]).CryptBlocks(body, body)
	return encoding.EncodeToString(append(raw, sign(key, raw)...))
}

func sign(key Key, signed []byte) []byte {
	mac := hmac.New(sha256.New, key.signing())
	mac.Write(signed)
	return mac.Sum(nil)
}

// decrypt returns the padded clear text of a token whose signature is right.
func decrypt(key Key, signed []byte) []byte {
	iv, body := signed[headerSize-aes.BlockSize:headerSize], signed[headerSize:]
	cipher.NewCBCDecrypter(block(key), iv).CryptBlocks(body, body)
	return body
}

func unpad(padded []byte) ([]byte, error) {
	padding := int(padded[len(padded)-1])
	if padding < 1 || padding > aes.BlockSize {
		return nil, ErrToken
	}
	clear, tail := padded[:len(padded)-padding], padded[len(padded)-padding:]
	for _, b := range tail {
		if int(b) != padding {
			return nil, ErrToken
		}
	}
	return clear, nil
}

func block(key Key) cipher.Block {
	made, err := aes.NewCipher(key.encryption())
	if err != nil {
		panic(err) // not for a key of 16 bytes
	}
	return made
}
