// Package buildstop has the words that a builder writes into the log of an instruction which it ends because of the disk, and by which a worker knows that.
package buildstop

import (
	"fmt"
	"regexp"
)

const (
	prefix     = "zeitwork: ended this instruction, which "
	nearlyFull = prefix + "wrote the most to the builder's disk, of which little is free"
)

var (
	findTooMuch    = regexp.MustCompile(`(?m)^` + prefix + `wrote more than (\S+ GB) to the builder's disk$`)
	findNearlyFull = regexp.MustCompile(`(?m)^` + nearlyFull + `$`)
)

// TooMuch is for an instruction that wrote more than it may, in bytes.
func TooMuch(limit int64) string {
	const gigabyte = 1e9

	return fmt.Sprintf("%swrote more than %.4g GB to the builder's disk", prefix, float64(limit)/gigabyte)
}

// NearlyFull is for an instruction that wrote less than it may, but more than others while the disk filled up.
func NearlyFull() string { return nearlyFull }

// LimitIn returns the limit, such as 10 GB, where the last lines of an instruction are what TooMuch says.
func LimitIn(output string) (limit string, found bool) {
	match := findTooMuch.FindStringSubmatch(output)
	if match == nil {
		return "", false
	}

	return match[1], true
}

// SaysNearlyFull tells whether the last lines of an instruction are what NearlyFull says.
func SaysNearlyFull(output string) bool { return findNearlyFull.MatchString(output) }
