package secret

import (
	"crypto/rand"
	"crypto/sha256"
)

// NewToken returns a bearer token with at least 128 bits of randomness. The prefix ("zwu_", "zwn_", "zwe_" for users,
// nodes and edges) lets people and scanners recognise it.
func NewToken(prefix string) string { return prefix + rand.Text() }

// HashToken returns what the database keeps of a token. A plain SHA-256 is enough because tokens are random: there is
// nothing to guess.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))

	return sum[:]
}
