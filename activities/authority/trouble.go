package authority

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
)

// Trouble is why there is no certificate, in words for the domain's owner.
type Trouble struct {
	Sentence string
	// Again is how long to wait at least before it is tried again; 0: the caller decides.
	Again time.Duration
	// Failed says that the order has come to an end. Else the same step may be tried again.
	Failed bool
	// Unreachable says that the authority did not find what it was to find at the hostname: a DNS record leads elsewhere, most likely.
	Unreachable bool
}

const (
	limitedRest = time.Hour
	awayRest    = time.Minute
)

// Explain says what an error of this package means for a hostname that is shown to the authority one way.
func Explain(err error, hostname string, way Way) Trouble {
	problem := problemOf(err)
	if problem == nil {
		if _, ok := errors.AsType[*acme.OrderError](err); ok {
			return Trouble{Sentence: "The certificate authority has given the order up.", Failed: true}
		}

		if errors.Is(err, errNoChallenge) {
			return Trouble{Sentence: fmt.Sprintf("The certificate authority does not offer to look at %s by %s. Upload a certificate.", hostname, way), Failed: true}
		}

		return Trouble{Sentence: "The certificate authority does not answer. It is asked again by itself.", Again: awayRest}
	}

	detail := strings.TrimSuffix(strings.TrimSpace(problem.Detail), ".")

	switch kind := problem.ProblemType[strings.LastIndexByte(problem.ProblemType, ':')+1:]; strings.ToLower(kind) {
	case "ratelimited":
		again, _ := acme.RateLimit(problem)

		return Trouble{
			Sentence: fmt.Sprintf("The certificate authority takes no more orders for now. It is asked again by itself. It says: %s.", detail),
			Again:    max(again, limitedRest), Failed: true,
		}
	case "dns", "connection", "tls", "unauthorized", "incorrectresponse":
		return unfound(hostname, way, detail)
	case "caa":
		return Trouble{Sentence: fmt.Sprintf(
			"A CAA record of %s, or of a domain above it, allows no certificate by this authority. Add one that does, or upload a certificate. It says: %s.",
			hostname, detail,
		), Failed: true}
	case "rejectedidentifier", "unsupportedidentifier":
		return Trouble{Sentence: fmt.Sprintf("The certificate authority issues nothing for %s. Upload a certificate. It says: %s.", hostname, detail), Failed: true}
	case "serverinternal":
		return Trouble{Sentence: "The certificate authority has trouble of its own. It is asked again by itself.", Again: awayRest}
	}

	if problem.StatusCode >= http.StatusInternalServerError || problem.StatusCode == http.StatusTooManyRequests {
		return Trouble{Sentence: "The certificate authority has trouble of its own. It is asked again by itself.", Again: awayRest}
	}

	return Trouble{Sentence: fmt.Sprintf("The certificate authority refused the order. It says: %s.", detail), Failed: true}
}

// unfound is the trouble where the authority did not find what it looked for.
func unfound(hostname string, way Way, detail string) Trouble {
	if way == ByDNS {
		return Trouble{Sentence: fmt.Sprintf(
			"The certificate authority did not find the record TXT _acme-challenge.%s that was made. It says: %s.", strings.TrimPrefix(hostname, "*."), detail,
		), Failed: true}
	}

	return Trouble{
		Sentence: fmt.Sprintf("The certificate authority did not find this platform at %s. It says: %s.", hostname, detail), Failed: true, Unreachable: true,
	}
}

// problemOf returns what the authority has said of an error, or nil.
func problemOf(err error) *acme.Error {
	if said, ok := errors.AsType[*acme.Error](err); ok {
		return said
	}

	if failed, ok := errors.AsType[*acme.AuthorizationError](err); ok {
		for _, one := range failed.Errors {
			if said, ok := errors.AsType[*acme.Error](one); ok {
				return said
			}
		}
	}

	if failed, ok := errors.AsType[*acme.OrderError](err); ok {
		return failed.Problem
	}

	return nil
}
