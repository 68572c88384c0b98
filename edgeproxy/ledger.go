package edgeproxy

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

const (
	// reportRows is how many rows a report has at most.
	reportRows = 1000
	// maxPending is how many rows wait at most for a platform that is away: some 40 MB, an hour and a half of 1,000 deployments that all get requests. The
	// oldest report gives way to a new one.
	maxPending = 100_000
)

// ledger knows what of the counters was put into reports, and keeps those until the platform has counted them. No request waits for its lock.
type ledger struct {
	run        uuid.UUID
	maxPending int

	mutex    sync.Mutex
	accounts map[*counter]counts // What was put into reports of each counter.
	routed   map[*counter]struct{}
	reports  []client.EdgeReport
	sequence int64
}

func newLedger() *ledger {
	return &ledger{run: id.New(), maxPending: maxPending, accounts: map[*counter]counts{}, routed: map[*counter]struct{}{}}
}

// route makes the counter of a deployment known that requests get to from now on.
func (l *ledger) route(c *counter) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.routed[c] = struct{}{}

	if _, known := l.accounts[c]; !known {
		l.accounts[c] = counts{}
	}
}

// unroute lets the counter of a deployment go that no table leads to any more. It is kept until nothing is left to report of it.
func (l *ledger) unroute(c *counter) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	delete(l.routed, c)
}

// collect puts what was counted since it was last called into reports, as having happened in a minute, and returns how many rows had to be given up for
// it. The last of them says until when everything was counted, also where nothing was: what had no requests may fall asleep.
func (l *ledger) collect(minute time.Time) (lost int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	until, rows := time.Now(), []client.EdgeTraffic{}

	for c, told := range l.accounts {
		now := c.read()
		added, inFlight := now.since(told), c.inFlight.Load()

		if most := max(c.most.Swap(inFlight), inFlight); added != (counts{}) || most > 0 {
			rows = append(rows, added.row(c.deploymentID, minute, most))
			l.accounts[c] = now
		} else if _, routed := l.routed[c]; !routed {
			delete(l.accounts, c)
		}
	}

	// While the platform is away, a report of nothing gives way to the next.
	if last := len(l.reports) - 1; last >= 0 && len(l.reports[last].Traffic) == 0 {
		l.reports = l.reports[:last]
	}

	for len(rows) > reportRows {
		l.add(rows[:reportRows], nil)
		rows = rows[reportRows:]
	}

	l.add(rows, &until)

	for l.pending() > l.maxPending {
		lost += len(l.reports[0].Traffic)
		l.reports = l.reports[1:]
	}

	return lost
}

func (l *ledger) add(rows []client.EdgeTraffic, until *time.Time) {
	l.sequence++
	l.reports = append(l.reports, client.EdgeReport{RunID: l.run, Sequence: l.sequence, CountedUntil: until, Traffic: rows})
}

func (l *ledger) pending() int {
	return lo.SumBy(l.reports, func(r client.EdgeReport) int { return len(r.Traffic) })
}

// next returns the oldest report that the platform has not counted, with the time on it; false where there is none.
func (l *ledger) next(now time.Time) (client.EdgeReport, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if len(l.reports) == 0 {
		return client.EdgeReport{}, false
	}

	report := l.reports[0]
	report.SentAt = now

	return report, true
}

// forget takes out a report, which may have given way meanwhile.
func (l *ledger) forget(sequence int64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.reports = slices.DeleteFunc(l.reports, func(r client.EdgeReport) bool { return r.Sequence == sequence })
}

func (c counts) row(deployment uuid.UUID, minute time.Time, inFlight int64) client.EdgeTraffic {
	end := len(c.byLatency)
	for end > 0 && c.byLatency[end-1] == 0 {
		end--
	}

	row := client.EdgeTraffic{
		DeploymentID: deployment, Minute: minute,
		Aborted: lo.EmptyableToPtr(c.byClass[classAborted]), Informational: lo.EmptyableToPtr(c.byClass[1]), Successful: lo.EmptyableToPtr(c.byClass[2]),
		Redirected: lo.EmptyableToPtr(c.byClass[3]), ClientErrors: lo.EmptyableToPtr(c.byClass[4]), ServerErrors: lo.EmptyableToPtr(c.byClass[5]),
		BytesIn: lo.EmptyableToPtr(c.bytesIn), BytesOut: lo.EmptyableToPtr(c.bytesOut), InFlight: lo.EmptyableToPtr(inFlight),
	}

	if end > 0 {
		row.Latency = new(slices.Clone(c.byLatency[:end]))
	}

	return row
}
