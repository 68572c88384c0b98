package cli

import (
	"fmt"
	"time"
)

// ago returns how long ago a time was, for people: in its largest unit, and as a date when that is more than two months.
func ago(at time.Time) string {
	const (
		day      = 24 * time.Hour
		dateFrom = 60 * day
	)

	passed := time.Since(at)

	switch {
	case passed < time.Second:
		return "now"
	case passed < time.Minute:
		return fmt.Sprintf("%d s ago", passed/time.Second)
	case passed < time.Hour:
		return fmt.Sprintf("%d min ago", passed/time.Minute)
	case passed < 2*day:
		return fmt.Sprintf("%d h ago", passed/time.Hour)
	case passed < dateFrom:
		return fmt.Sprintf("%d days ago", passed/day)
	default:
		return at.Local().Format(time.DateOnly) //nolint:gosmopolitan // For the person who reads.
	}
}
