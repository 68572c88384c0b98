//go:build !linux

package edgeproxy

type peeked int

const (
	peekNothing peeked = iota
	peekBytes
	peekEnd
)

// peek sees nothing: only Linux's kernel is asked.
func peek(*socket) peeked { return peekNothing }

// accepted knows nothing.
func accepted(*socket) (count int64, known bool) { return 0, false }

// isSilent knows nothing.
func isSilent(*socket) bool { return false }
