package nodeagent

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

const (
	// usageRows is how many rows a report has at most.
	usageRows = 1000
	// maxUsageRows is how many rows wait at most for an API that is away: some 10 MB, more than eight hours of 100 VMs. Beyond, the oldest are given up.
	maxUsageRows = 50_000
)

// reading is what counters showed of a VM at a time. They count from its start, and its interface's from when that was made.
type reading struct {
	at time.Time
	containers.Use

	received, sent int64
}

// usage is what VMs used, until the API has counted it.
type usage struct {
	run     uuid.UUID
	maxRows int

	mu       sync.Mutex
	readings map[uuid.UUID]reading // The last one of each VM that runs.
	rows     map[usageKey]*client.VMUsage
	sequence int64
	// sent is the report that the API has not counted yet, or has without an answer that arrived. It is repeated until one does.
	sent *client.NodeMeasures
}

type usageKey struct {
	minute time.Time
	vm     uuid.UUID
}

func newUsage() *usage {
	return &usage{run: id.New(), maxRows: maxUsageRows, readings: map[uuid.UUID]reading{}, rows: map[usageKey]*client.VMUsage{}}
}

// begin notes a reading from which on the VM's use counts.
func (u *usage) begin(vm uuid.UUID, first reading) {
	u.mu.Lock()
	defer u.mu.Unlock()

	u.readings[vm] = first
}

// update adds what the VMs used since they were last read, by readings that were begun to be made at that time. A VM that was not read before is one that
// another run of the agent has started: its use counts from now on. What silent VMs use, which could not be read, counts once they can be. A VM that has
// started meanwhile counts from its start: what was read may be what it was before. It returns how many rows had to be given up.
func (u *usage) update(begun time.Time, now map[uuid.UUID]reading, silent []uuid.UUID) (lost int) {
	u.mu.Lock()
	defer u.mu.Unlock()

	before := u.readings
	u.readings = now

	for vm, last := range before {
		current, read := now[vm]

		switch {
		case last.at.After(begun), slices.Contains(silent, vm):
			u.readings[vm] = last
		case read && current.at.After(last.at):
			u.add(vm, last, current)
		}
	}

	return u.giveUp()
}

// add adds what was used between two readings to the minute of their middle. The caller holds the lock.
func (u *usage) add(vm uuid.UUID, last, current reading) {
	elapsed := current.at.Sub(last.at)
	row := u.row(vm, last.at.Add(elapsed/2)) //nolint:mnd // The middle.

	row.MeasuredMillis += elapsed.Milliseconds()
	row.CPUMicros += since(last.CPU, current.CPU).Microseconds()
	row.MemoryByteSeconds += int64(float64(current.MemoryBytes) * elapsed.Seconds())
	row.MemoryMaxBytes = max(row.MemoryMaxBytes, current.MemoryBytes)
	row.ReceivedBytes += since(last.received, current.received)
	row.SentBytes += since(last.sent, current.sent)
}

// since is how far a counter got, which begins again at zero when what it counts is made anew.
func since[T int64 | time.Duration](last, current T) T {
	if current < last {
		return current
	}

	return current - last
}

// restarted counts a restart of the VM's app.
func (u *usage) restarted(vm uuid.UUID) {
	u.mu.Lock()
	defer u.mu.Unlock()

	u.row(vm, time.Now()).Restarts++
}

func (u *usage) row(vm uuid.UUID, at time.Time) *client.VMUsage {
	key := usageKey{at.UTC().Truncate(time.Minute), vm}
	if u.rows[key] == nil {
		u.rows[key] = &client.VMUsage{VMID: vm, Minute: key.minute}
	}

	return u.rows[key]
}

func (u *usage) giveUp() (lost int) {
	if len(u.rows) <= u.maxRows {
		return 0
	}

	for _, key := range u.oldest()[:len(u.rows)-u.maxRows] {
		delete(u.rows, key)

		lost++
	}

	return lost
}

func (u *usage) oldest() []usageKey {
	return slices.SortedFunc(maps.Keys(u.rows), func(a, b usageKey) int {
		return cmp.Or(a.minute.Compare(b.minute), slices.Compare(a.vm[:], b.vm[:]))
	})
}

// next returns a report of the minutes that ended before, which is the same until forget was called; nil where there is nothing to report.
func (u *usage) next(before time.Time) *client.NodeMeasures {
	u.mu.Lock()
	defer u.mu.Unlock()

	if u.sent == nil {
		u.sent = u.cut(before)
	}

	if u.sent == nil {
		return nil
	}

	report := *u.sent
	report.SentAt = time.Now()

	return &report
}

func (u *usage) cut(before time.Time) *client.NodeMeasures {
	report := &client.NodeMeasures{RunID: u.run, Sequence: u.sequence + 1, VMS: []client.VMUsage{}}

	for _, key := range u.oldest() {
		if len(report.VMS) == usageRows || key.minute.Add(time.Minute).After(before) {
			break
		}

		report.VMS = append(report.VMS, *u.rows[key])
		delete(u.rows, key)
	}

	if len(report.VMS) == 0 {
		return nil
	}

	u.sequence++

	return report
}

// isLeft tells whether there is anything that the API has not counted.
func (u *usage) isLeft() bool {
	u.mu.Lock()
	defer u.mu.Unlock()

	return u.sent != nil || len(u.rows) > 0
}

// forget takes a report out that next has returned. Two may be under way at once, with the same report: what was cut meanwhile stays.
func (u *usage) forget(report *client.NodeMeasures) {
	u.mu.Lock()
	defer u.mu.Unlock()

	if u.sent != nil && u.sent.Sequence == report.Sequence {
		u.sent = nil
	}
}
