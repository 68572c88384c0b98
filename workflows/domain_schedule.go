package workflows

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
)

const (
	// ClaimLasts is how long a hostname may be claimed without a proof before the claim is removed.
	ClaimLasts = 14 * 24 * time.Hour
	// WarnAfter is how long the proof of a domain may be missing from the DNS before people are warned. It goes on answering all the same.
	WarnAfter = 3 * 24 * time.Hour

	checkProven  = 24 * time.Hour
	checkFailing = time.Hour
)

// nextCheck is how long until a domain is checked again: a claim soon after it was made and less often later; one that was proven once a day, and
// more often while its proof is missing, so that the warning goes soon after its reason.
func nextCheck(domain database.Domain, proven bool) time.Duration {
	if domain.VerifiedAt != nil {
		if proven {
			return checkProven
		}

		return checkFailing
	}

	for _, step := range []struct{ age, every time.Duration }{
		{10 * time.Minute, 15 * time.Second}, {time.Hour, time.Minute}, {24 * time.Hour, 10 * time.Minute},
	} {
		if time.Since(domain.ClaimedAt) < step.age {
			return step.every
		}
	}

	return time.Hour
}

// NewVerificationToken returns what the DNS is to show of one claim: random, and fit for a label of a hostname.
func NewVerificationToken() string { return strings.ToLower(rand.Text()) }

// What people are told of a check.
const (
	couldNotBeChecked = "The DNS did not answer. The domain is checked again by itself."
	lostToAnother     = "The DNS showed that the hostname is another project's. It needs a new proof to come back."
)

func inUse(hostname string) string {
	return "Another project answers on " + hostname + ", and the DNS has its proof as well. Remove those records, or the domain there."
}

// checkMessage is what a check says of a domain that it changes nothing about; empty where all is well.
func checkMessage(domain database.Domain, findings dnscheck.Findings) string {
	switch {
	case findings.Proven:
		return ""
	case domain.VerifiedAt != nil:
		return "The records that prove the domain are missing. It goes on answering, but goes to whoever proves it next. Make one of them again."
	default:
		return "None of the records that prove the domain was found yet. It takes a while until all name servers know a new one."
	}
}
