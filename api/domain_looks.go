package api

import (
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/dnscheck"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// lookEvery is how long what was found of a domain is the answer to whoever asks: pages that stay open do not ask the DNS more than that.
	lookEvery = 15 * time.Second
	// checkEvery is how often a domain may be checked by hand in the long run, and checksAtOnce how often in a row.
	checkEvery   = 5 * time.Second
	checksAtOnce = 10
)

// domainLooks is what this process has found of domains in the DNS a moment ago.
type domainLooks struct {
	running singleflight.Group
	turns   *domainTurns

	mutex sync.Mutex
	known map[uuid.UUID]*domainLook
}

// domainLook is what was found of one claim.
type domainLook struct {
	token    string
	findings dnscheck.Findings
	at       time.Time
	checks   *rate.Limiter
}

func newDomainLooks() *domainLooks {
	return &domainLooks{turns: newDomainTurns(), known: map[uuid.UUID]*domainLook{}}
}

// of returns what is known of a domain. The mutex is held.
func (l *domainLooks) of(domain uuid.UUID, now time.Time) *domainLook {
	known := l.known[domain]
	if known == nil {
		// Looks that are older than this are forgotten: the limit on checks of their domains is whole again by then.
		l.known = lo.OmitBy(l.known, func(_ uuid.UUID, look *domainLook) bool { return now.Sub(look.at) > checksAtOnce*checkEvery })

		known = &domainLook{at: now, checks: rate.NewLimiter(rate.Every(checkEvery), checksAtOnce)}
		l.known[domain] = known
	}

	return known
}

// keep remembers what was found of a domain.
func (l *domainLooks) keep(domain database.Domain, findings dnscheck.Findings) time.Time {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	now := time.Now()
	known := l.of(domain.ID, now)
	known.token, known.findings, known.at = lo.FromPtr(domain.VerificationToken), findings, now

	return now
}

// recent returns what was found of a domain's present claim a moment ago.
func (l *domainLooks) recent(domain database.Domain) (dnscheck.Findings, time.Time, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	known := l.known[domain.ID]
	if known == nil || known.token != lo.FromPtr(domain.VerificationToken) || len(known.findings.Records) == 0 || time.Since(known.at) >= lookEvery {
		return dnscheck.Findings{}, time.Time{}, false
	}

	return known.findings, known.at, true
}

// mayCheck refuses a check by hand where there were many of the same domain.
func (l *domainLooks) mayCheck(domain database.Domain) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	now := time.Now()
	reservation := l.of(domain.ID, now).checks.ReserveN(now, 1)

	wait := reservation.DelayFrom(now)
	if wait == 0 {
		return nil
	}

	reservation.CancelAt(now)

	return askAgainAfter(wait, problem.New(problem.TooMany,
		"The DNS was asked about %s again and again just now. Wait for %d s before you check it again.", domain.Hostname, seconds(wait)))
}
