// Package id makes the identifiers of everything that Zeitwork stores.
package id

import (
	"encoding/binary"
	"math"
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

// Of returns a UUIDv7 that says it was made at that time. Those of one process sort by their times, to a quarter of a microsecond.
func Of(at time.Time) uuid.UUID {
	const fractionBits = 12

	made := uuid.New()
	floor := Floor(at)
	copy(made[:6], floor[:6])

	// RFC 9562, section 6.2, method 3: the bits behind the version are the fraction of the millisecond.
	fraction := uint64(max(at.UnixNano(), 0)) % uint64(time.Millisecond) << fractionBits / uint64(time.Millisecond)
	made[6] = 0x70 | byte(fraction>>8) //nolint:mnd // The version, and four bits.
	made[7] = byte(fraction & math.MaxUint8)

	return made
}

// Time returns the time that a UUIDv7 says it was made at, to the millisecond.
func Time(of uuid.UUID) time.Time {
	var millis [8]byte

	copy(millis[2:], of[:6])

	return time.UnixMilli(int64(binary.BigEndian.Uint64(millis[:]))) //nolint:gosec // 48 bits.
}
