package edgeproxy

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"strings"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/client"
)

// errDiverged tells that a table is not the platform's after a change: what the change was made of must have differed.
var errDiverged = errors.New("the route table is not the platform's after a change: asking for the whole of it")

// tableChange is an answer of the platform: the whole table, or what has changed since a version. Routes are kept as they were sent, since the checksum is
// of their text.
type tableChange struct {
	Version  int64             `json:"version"`
	Since    *int64            `json:"since,omitempty"`
	Routes   []json.RawMessage `json:"routes"`
	Removed  []string          `json:"removed,omitempty"`
	Checksum string            `json:"checksum,omitempty"`
}

// sum returns the checksum of the routes of a whole table.
func (c tableChange) sum() string {
	sum := uint64(0)
	for _, raw := range c.Routes {
		sum += sumOf(raw)
	}

	return fmt.Sprintf("%016x", sum)
}

// tableBook makes each table from the one before and a change, at a cost that follows the change. It knows who uses what the tables share. The poller alone
// uses it.
type tableBook struct {
	current   *table // nil: there is none yet.
	entries   map[string]bookEntry
	upstreams map[upstreamKey]*shared[*upstream]
	counters  map[uuid.UUID]*shared[*counter]
	pages     map[uuid.UUID]*shared[*errorPage]
	wildcards int
	sum       uint64
	// verified tells whether the checksum of the last whole table was right. Where it was not, as with a proxy that rewrites answers, or there was none, the
	// edge asks for whole tables alone.
	verified bool
	ledger   *ledger
	// errorPages is nil where the edge asks for none.
	errorPages *errorPages
}

// bookEntry is one route as the platform has sent it; route is nil where it cannot be read.
type bookEntry struct {
	sum   uint64
	route *route
}

// shared is what several routes use.
type shared[T any] struct {
	it    T
	users int
}

type upstreamKey struct {
	vmID            uuid.UUID
	address, region string
}

func newTableBook(l *ledger) *tableBook {
	return &tableBook{
		entries: map[string]bookEntry{}, upstreams: map[upstreamKey]*shared[*upstream]{}, counters: map[uuid.UUID]*shared[*counter]{},
		pages: map[uuid.UUID]*shared[*errorPage]{}, ledger: l,
	}
}

// checksum returns that of the table where the platform may send changes of it, or nil.
func (b *tableBook) checksum() *string {
	if !b.verified {
		return nil
	}

	return new(fmt.Sprintf("%016x", b.sum))
}

// apply makes the table after a change. Upstreams and counters that stay keep their state. Entries that cannot be read are left out, with an error in problems
// for each: one broken row must not take all other sites down. After an error the book is of use for a whole table alone.
func (b *tableBook) apply(change tableChange) (made *table, problems []error, err error) {
	next := &table{version: change.Version}
	whole := change.Since == nil
	work := &tableWork{next: next, copied: make(map[uint64]bool, len(change.Routes)+len(change.Removed))}

	switch {
	case whole:
		for _, entry := range b.entries {
			work.leaving = append(work.leaving, entry.route)
		}

		b.entries, b.sum = make(map[string]bookEntry, len(change.Routes)), 0
	case b.current == nil || b.current.version != *change.Since:
		return nil, nil, errDiverged
	default:
		next.parts, next.hostnames = b.current.parts, b.current.hostnames
	}

	for _, hostname := range change.Removed {
		b.takeOut(work, hostname)
	}

	for _, raw := range change.Routes {
		var entry client.Route

		if err := json.Unmarshal(raw, &entry); err != nil {
			problems = append(problems, fmt.Errorf("route %.100q: %w", raw, err))
		}

		b.takeOut(work, entry.Hostname)
		problems = append(problems, b.putIn(work, entry, sumOf(raw))...)
	}

	for _, r := range work.leaving {
		b.release(r)
	}

	next.wildcards = b.wildcards > 0

	right := change.Checksum == fmt.Sprintf("%016x", b.sum)
	if !whole && !right {
		b.verified = false

		return nil, problems, errDiverged
	}

	b.verified, b.current = right, next

	return next, problems, nil
}

// tableWork is a table that is being made.
type tableWork struct {
	next *table
	// copied are the parts that no other table has any more.
	copied map[uint64]bool
	// leaving are routes that the table has no more. They are released last, so that what the new ones share with them keeps its state.
	leaving []*route
}

// part returns the part of the table in which a hostname stands, to be changed.
func (w *tableWork) part(hostname string) map[string]*route {
	shard := shardOf(hostname)

	if !w.copied[shard] {
		w.next.parts[shard] = maps.Clone(w.next.parts[shard])
		w.copied[shard] = true
	}

	if w.next.parts[shard] == nil {
		w.next.parts[shard] = map[string]*route{}
	}

	return w.next.parts[shard]
}

// takeOut takes the route of a hostname out of the table.
func (b *tableBook) takeOut(work *tableWork, hostname string) {
	entry, there := b.entries[hostname]
	if !there {
		return
	}

	delete(b.entries, hostname)
	b.sum -= entry.sum

	if entry.route == nil {
		return
	}

	work.leaving = append(work.leaving, entry.route)

	part := work.part(entry.route.hostname)
	if part[entry.route.hostname] == entry.route {
		delete(part, entry.route.hostname)
		work.next.hostnames--
	}
}

// putIn puts a route into the table.
func (b *tableBook) putIn(work *tableWork, source client.Route, sum uint64) []error {
	r, problems := b.newRoute(source)
	b.entries[source.Hostname] = bookEntry{sum: sum, route: r}
	b.sum += sum

	if r == nil {
		return problems
	}

	part := work.part(r.hostname)
	if part[r.hostname] == nil {
		work.next.hostnames++
	}

	part[r.hostname] = r

	return problems
}

func (b *tableBook) newRoute(source client.Route) (*route, []error) {
	r, err := newRoute(source)
	if err != nil {
		return nil, []error{fmt.Errorf("route %q: %w", source.Hostname, err)}
	}

	var problems []error

	for _, u := range source.Upstreams {
		address, err := netip.ParseAddrPort(u.Address)
		if err != nil {
			problems = append(problems, fmt.Errorf("route %q: upstream %q: %w", source.Hostname, u.Address, err))

			continue
		}

		r.upstreams = append(r.upstreams, take(b.upstreams, upstreamKey{u.VMID, address.String(), u.Region}, func() *upstream {
			return newUpstream(u.VMID, address, u.Region)
		}))
	}

	if r.reachesApp() {
		r.counter = take(b.counters, r.deploymentID, func() *counter {
			made := &counter{deploymentID: r.deploymentID}
			b.ledger.route(made)

			return made
		})
		b.takePage(r)
	}

	if strings.HasPrefix(r.hostname, wildcard) {
		b.wildcards++
	}

	return r, problems
}

// takePage gives a route the page that its deployment shows when it does not answer.
func (b *tableBook) takePage(r *route) {
	if b.errorPages == nil {
		return
	}

	r.page = take(b.pages, r.deploymentID, func() *errorPage { return &errorPage{deploymentID: r.deploymentID} })
	b.errorPages.appear(r)
}

// release ends what a route has used, where no other one does.
func (b *tableBook) release(r *route) {
	if r == nil {
		return
	}

	for _, u := range r.upstreams {
		letGo(b.upstreams, upstreamKey{u.vmID, u.address, u.region})
	}

	if r.page != nil && letGo(b.pages, r.deploymentID) {
		b.errorPages.vanish(r.page)
	}

	if r.counter != nil && letGo(b.counters, r.deploymentID) {
		b.ledger.unroute(r.counter)
	}

	if strings.HasPrefix(r.hostname, wildcard) {
		b.wildcards--
	}
}

// take returns what all users of a key share, and makes it for the first one.
func take[K comparable, T any](of map[K]*shared[T], key K, first func() T) T {
	if of[key] == nil {
		of[key] = &shared[T]{it: first()}
	}

	of[key].users++

	return of[key].it
}

// letGo ends one use, and tells whether it was the last.
func letGo[K comparable, T any](of map[K]*shared[T], key K) bool {
	of[key].users--

	if of[key].users > 0 {
		return false
	}

	delete(of, key)

	return true
}

// sumOf is the part that a route has in the checksum of a table, as the platform describes it.
func sumOf(raw json.RawMessage) uint64 {
	sum := sha256.Sum256(raw)

	return binary.BigEndian.Uint64(sum[:])
}
