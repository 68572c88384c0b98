package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
)

// reloadInterval is how often the whole table is read, so that whatever no trigger has noted, as while a backup was restored, ends at some time.
const reloadInterval = time.Hour

// routeFeed has the route table in memory, as one version of it has all routes, and answers all edges from there: what a change costs does not depend on how
// many routes there are, and how often Postgres is asked not on how many edges wait.
//
// Postgres itself notes which hostnames each version has changed (route_changes), in the transaction that changes them. All processes of the API read these
// notes, so that a version means the same in each of them, and an edge may ask another one with each poll. The feed reads the routes of those hostnames anew
// and compares nothing: the notes are complete (see the triggers in the migration that makes them).
type routeFeed struct {
	pool *pgxpool.Pool

	// turn is held by whoever looks whether there is a newer version; looks counts how often Postgres was asked.
	turn  chan struct{}
	looks atomic.Int64

	mutex sync.RWMutex
	// lookedAt and loadedAt are when the last look, and the last reading of the whole table, began.
	lookedAt, loadedAt time.Time
	version            int64
	// changes are all hostnames that versions after since have changed, by version.
	since   int64
	changes []database.RouteChange
	routes  map[string]feedRoute
	// sum is that of all routes.
	sum uint64
}

type feedRoute struct {
	route Route
	sum   uint64
}

func newRouteFeed(pool *pgxpool.Pool) *routeFeed {
	return &routeFeed{pool: pool, turn: make(chan struct{}, 1)}
}

// look reads what has changed. It does nothing where somebody has begun to after notBefore: of many that want to know at the same time one asks Postgres.
func (f *routeFeed) look(ctx context.Context, notBefore time.Time) error {
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}

	f.mutex.RLock()
	lookedAt, loadedAt, version := f.lookedAt, f.loadedAt, f.version
	f.mutex.RUnlock()

	if lookedAt.After(notBefore) {
		return nil
	}

	begun := time.Now()
	f.looks.Add(1)

	if begun.Sub(loadedAt) > reloadInterval {
		return f.load(ctx, begun)
	}

	now, err := database.New(f.pool).RouteTableNow(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the route table: %w", err)
	}

	switch {
	case now.Version == version:
		f.mutex.Lock()
		defer f.mutex.Unlock()

		f.lookedAt = begun

		return nil
	case now.Version < version || now.ChangesSince > version:
		return f.load(ctx, begun)
	default:
		return f.advance(ctx, begun)
	}
}

// load reads the whole table.
func (f *routeFeed) load(ctx context.Context, begun time.Time) error {
	read := &routeFeed{routes: map[string]feedRoute{}}

	err := f.snapshot(ctx, func(queries *database.Queries) error {
		now, err := queries.RouteTableNow(ctx)
		if err != nil {
			return err
		}

		read.version, read.since = now.Version, now.ChangesSince

		if read.changes, err = queries.ListRouteChanges(ctx, now.ChangesSince); err != nil {
			return err
		}

		rows, err := queries.ListRoutes(ctx)
		if err != nil {
			return err
		}

		return read.put(newRoutes(rows))
	})
	if err != nil {
		return fmt.Errorf("read the route table: %w", err)
	}

	f.mutex.Lock()
	defer f.mutex.Unlock()

	f.lookedAt, f.loadedAt = begun, begun
	f.version, f.since, f.changes, f.routes, f.sum = read.version, read.since, read.changes, read.routes, read.sum

	return nil
}

// advance reads the routes that versions after the feed's have changed.
func (f *routeFeed) advance(ctx context.Context, begun time.Time) error {
	var (
		now     database.RouteTableNowRow
		changes []database.RouteChange
		routes  []Route
	)

	err := f.snapshot(ctx, func(queries *database.Queries) error {
		var err error
		if now, err = queries.RouteTableNow(ctx); err != nil {
			return err
		}

		if changes, err = queries.ListRouteChanges(ctx, f.version); err != nil {
			return err
		}

		rows, err := queries.ListRoutesOf(ctx, hostnamesOf(changes))

		routes = newRoutes(lo.Map(rows, func(row database.ListRoutesOfRow, _ int) database.ListRoutesRow { return database.ListRoutesRow(row) }))

		return err
	})
	if err != nil {
		return fmt.Errorf("read what has changed in the route table: %w", err)
	}

	// Postgres has let changes go meanwhile.
	if now.ChangesSince > f.version {
		return f.load(ctx, begun)
	}

	f.mutex.Lock()
	defer f.mutex.Unlock()

	for _, hostname := range hostnamesOf(changes) {
		f.sum -= f.routes[hostname].sum
		delete(f.routes, hostname)
	}

	if err := f.put(routes); err != nil {
		return err
	}

	f.lookedAt, f.version, f.since = begun, now.Version, now.ChangesSince
	f.changes = append(f.changes[f.firstAfter(now.ChangesSince):len(f.changes):len(f.changes)], changes...)

	return nil
}

// snapshot runs read in one state of the database.
func (f *routeFeed) snapshot(ctx context.Context, read func(*database.Queries) error) error {
	return pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return read(database.New(tx))
	})
}

func (f *routeFeed) put(routes []Route) error {
	for _, route := range routes {
		sum, err := sumOf(route)
		if err != nil {
			return err
		}

		f.routes[route.Hostname] = feedRoute{route, sum}
		f.sum += sum
	}

	return nil
}

// firstAfter returns the place of the first change that came after a version.
func (f *routeFeed) firstAfter(version int64) int {
	return sort.Search(len(f.changes), func(i int) bool { return f.changes[i].Version > version })
}

// now returns the version of the feed.
func (f *routeFeed) now() int64 {
	f.mutex.RLock()
	defer f.mutex.RUnlock()

	return f.version
}

// routeEdition tells tables apart. Two may have the same version: what is changed while no trigger looks, as while a backup is restored, makes no new one.
type routeEdition struct {
	version int64
	sum     uint64
}

func (f *routeFeed) edition() routeEdition {
	f.mutex.RLock()
	defer f.mutex.RUnlock()

	return routeEdition{f.version, f.sum}
}

// wholeTable stands for the version of an edge that has to get the whole table.
const wholeTable = -1

// edgeTable is the table that an edge has.
type edgeTable struct {
	// version is -1 where it has none.
	version int64
	// checksum is empty where the edge is of a version that knows only whole tables.
	checksum string
}

// lacks returns since which version an edge has to be told what has changed, or wholeTable; false where it has the newest table.
func (f *routeFeed) lacks(has edgeTable) (since int64, lacks bool) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()

	switch {
	case has.version == f.version && (has.checksum == "" || has.checksum == f.checksum()):
		return 0, false
	case has.checksum == "" || has.version >= f.version:
		return wholeTable, true
	default:
		return has.version, true
	}
}

// table returns what has changed since a version, or the whole table where that is not known.
func (f *routeFeed) table(since int64) *RouteTable {
	f.mutex.RLock()
	defer f.mutex.RUnlock()

	table := &RouteTable{Version: f.version, Checksum: f.checksum(), Routes: []Route{}}

	if since < f.since {
		table.Routes = lo.MapToSlice(f.routes, func(_ string, entry feedRoute) Route { return entry.route })

		return table
	}

	table.Since = &since

	for _, hostname := range hostnamesOf(f.changes[f.firstAfter(since):]) {
		if entry, routed := f.routes[hostname]; routed {
			table.Routes = append(table.Routes, entry.route)
		} else {
			table.Removed = append(table.Removed, hostname)
		}
	}

	return table
}

// checksum is that of the table: see RouteTable. The caller holds mutex.
func (f *routeFeed) checksum() string { return fmt.Sprintf("%016x", f.sum) }

func hostnamesOf(changes []database.RouteChange) []string {
	return lo.Uniq(lo.Map(changes, func(change database.RouteChange, _ int) string { return change.Hostname }))
}

// sumOf is the part that a route has in the checksum of a table: see RouteTable.
func sumOf(route Route) (uint64, error) {
	var encoded bytes.Buffer

	// As answers are encoded.
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)

	if err := encoder.Encode(route); err != nil {
		return 0, errors.Join(errors.New("encode a route"), err)
	}

	return sumOfText(bytes.TrimSuffix(encoded.Bytes(), []byte("\n"))), nil
}

func sumOfText(text []byte) uint64 {
	sum := sha256.Sum256(text)

	return binary.BigEndian.Uint64(sum[:])
}
