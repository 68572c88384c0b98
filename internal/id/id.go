// Package id makes the identifiers of everything that Zeitwork stores.
package id

import "github.com/google/uuid"

// New returns a UUIDv7, which sorts by the time at which it was made. It panics only if the operating system has no
// randomness left to give, in which case nothing else works either.
func New() uuid.UUID {
	return uuid.Must(uuid.NewV7())
}
