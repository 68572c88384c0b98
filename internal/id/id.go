// Package id makes the identifiers of everything that Zeitwork stores.
package id

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// New returns a UUIDv7, which sorts by the time at which it was made. It panics only if the operating system has no
// randomness left to give, in which case nothing else works either.
func New() uuid.UUID {
	return uuid.Must(uuid.NewV7())
}

// Floor returns the lowest UUIDv7 of the time's millisecond: what New made earlier sorts below it, and what New makes in that millisecond or
// later does not. It tells old rows from young ones by the index of their ids.
func Floor(at time.Time) uuid.UUID {
	var (
		floor  uuid.UUID
		millis [8]byte
	)

	binary.BigEndian.PutUint64(millis[:], uint64(max(at.UnixMilli(), 0)))
	copy(floor[:6], millis[2:])

	floor[6] = 0x70 // Version 7.
	floor[8] = 0x80 // RFC 9562's variant.

	return floor
}
