package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
)

// rows is what the database says of the platform at one moment.
type rows struct {
	deployments []deploymentRow
	vms         []vmRow
	// releases are how often the release commands of deployments ran.
	releases []releaseRow
	domains  []domainRow
	edges    []edgeRow
	version  int64
	// at is when the rows were read.
	at time.Time
	// patient is for how long the VMs of a deployment may take to leave behind the flip that replaced what was live.
	patient time.Duration
}

type deploymentRow struct {
	ID           uuid.UUID  `db:"id"`
	ProjectID    uuid.UUID  `db:"project_id"`
	State        string     `db:"state"`
	Step         string     `db:"step"`
	Commit       string     `db:"commit_sha"`
	Error        string     `db:"error_message"`
	ImageDigest  string     `db:"image_digest"`
	RouteVersion int64      `db:"route_version"`
	CreatedAt    time.Time  `db:"created_at"`
	EndedAt      *time.Time `db:"ended_at"`
	Warm         bool       `db:"warm"`
	Collected    bool       `db:"collected"`
	// Held tells that the deployment waits, as a push, until its project is unpinned.
	Held bool `db:"held"`
}

// vmRow is a VM of which something may be left.
type vmRow struct {
	ID           uuid.UUID  `db:"id"`
	DeploymentID uuid.UUID  `db:"deployment_id"`
	Node         string     `db:"node"`
	IP           netip.Addr `db:"ip"`
	DesiredState string     `db:"desired_state"`
	State        string     `db:"state"`
}

type releaseRow struct {
	DeploymentID uuid.UUID `db:"deployment_id"`
	Times        int       `db:"times"`
}

type domainRow struct {
	ProjectID    uuid.UUID  `db:"project_id"`
	Hostname     string     `db:"hostname"`
	DeploymentID *uuid.UUID `db:"deployment_id"`
}

type edgeRow struct {
	Name         string `db:"name"`
	Acknowledged int64  `db:"acknowledged_version"`
}

const (
	deploymentsSQL = `
SELECT deployments.id, deployments.project_id, state, step, coalesce(commit_sha, '') AS commit_sha, coalesce(error_message, '') AS error_message,
  coalesce(image_digest, '') AS image_digest, coalesce(route_version, 0) AS route_version, deployments.created_at, ended_at,
  coalesce(warm_until > now(), false) AS warm, collected_at IS NOT NULL AS collected,
  held_at IS NOT NULL AND pinned_by_id IS NOT NULL AS held
FROM deployments JOIN projects ON projects.id = deployments.project_id LEFT JOIN images ON images.id = deployments.image_id
ORDER BY deployments.created_at`
	vmsSQL = `
SELECT vms.id, deployment_id, nodes.name AS node, ip, desired_state, vms.state
FROM vms JOIN nodes ON nodes.id = node_id WHERE removed_at IS NULL ORDER BY vms.id`
	releasesSQL = `
SELECT vms.deployment_id, count(*) AS times FROM vms JOIN runtime_logs ON runtime_logs.vm_id = vms.id
WHERE vms.kind = 'release' AND line = '` + released + `' GROUP BY vms.deployment_id`
	domainsSQL = `SELECT project_id, hostname, deployment_id FROM domains WHERE kind <> 'deployment' ORDER BY hostname`
	edgesSQL   = `SELECT name, acknowledged_version FROM edges WHERE name <> '` + ghost + `' ORDER BY name`
	versionSQL = `SELECT version, now() FROM route_table`
)

// readRows reads everything in one transaction, so that it fits together.
func readRows(ctx context.Context, pool *pgxpool.Pool) (read rows, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

	return read, pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error {
		if read.deployments, err = query[deploymentRow](ctx, tx, deploymentsSQL); err != nil {
			return err
		}

		if read.vms, err = query[vmRow](ctx, tx, vmsSQL); err != nil {
			return err
		}

		if read.releases, err = query[releaseRow](ctx, tx, releasesSQL); err != nil {
			return err
		}

		if read.domains, err = query[domainRow](ctx, tx, domainsSQL); err != nil {
			return err
		}

		if read.edges, err = query[edgeRow](ctx, tx, edgesSQL); err != nil {
			return err
		}

		if err := tx.QueryRow(ctx, versionSQL).Scan(&read.version, &read.at); err != nil {
			return fmt.Errorf("read the route table's version: %w", err)
		}

		return nil
	})
}

func query[T any](ctx context.Context, tx pgx.Tx, sql string) ([]T, error) {
	found, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("read the rows: %w", err)
	}

	all, err := pgx.CollectRows(found, pgx.RowToStructByName[T])
	if err != nil {
		return nil, fmt.Errorf("read the rows: %w", err)
	}

	return all, nil
}

// of are the deployments of a project, the oldest first.
func (r rows) of(p *project) []deploymentRow {
	return lo.Filter(r.deployments, func(d deploymentRow, _ int) bool { return d.ProjectID == p.id })
}

// newest is the deployment that must be live: the youngest that was not cancelled and is not held by a pin.
func (r rows) newest(p *project) (deploymentRow, bool) {
	counted := lo.Filter(r.of(p), func(d deploymentRow, _ int) bool { return d.State != "cancelled" && !d.Held })

	return lo.LastOrEmpty(counted), len(counted) > 0
}

// live is the deployment that is live; false where there is none.
func (r rows) live(p *project) (deploymentRow, bool) {
	return lo.Find(r.of(p), func(d deploymentRow) bool { return d.State == "live" })
}

// needed are the deployments whose VMs must run, as they are live, or may run on for a rollback.
func (r rows) needed() map[uuid.UUID]deploymentRow {
	needed := lo.Filter(r.deployments, func(d deploymentRow, _ int) bool { return d.State == "live" || (d.State == "retired" && d.Warm) })

	return lo.KeyBy(needed, func(d deploymentRow) uuid.UUID { return d.ID })
}

// mayLeave tells whether a VM is on its way out in good time: requests to what was live may take a while to end, and the one that was kept warm
// before it leaves then, too.
func (r rows) mayLeave(vm vmRow) bool {
	d, ok := lo.Find(r.deployments, func(d deploymentRow) bool { return d.ID == vm.DeploymentID })
	if !ok || d.State != "retired" || d.Warm {
		return false
	}

	return lo.SomeBy(r.deployments, func(other deploymentRow) bool {
		return other.ProjectID == d.ProjectID && other.RouteVersion > d.RouteVersion && other.EndedAt != nil && r.at.Sub(*other.EndedAt) < r.patient
	})
}

// flip is the moment at which a deployment took the route of its project.
type flip struct {
	host, text string
	version    int64
	at         time.Time
}

// flips are the moments at which the projects' deployments went live, in their order.
func (r rows) flips(projects []*project) []flip {
	var all []flip

	for _, p := range projects {
		for _, d := range r.of(p) {
			if d.RouteVersion > 0 && d.EndedAt != nil {
				all = append(all, flip{host: p.host, text: p.sample.text(d.Commit), version: d.RouteVersion, at: *d.EndedAt})
			}
		}
	}

	return all
}

// replaced tells whether the deployment that served a stream had lost the route before the stream ended.
func replaced(flips []flip, e ended) bool {
	flips = lo.Filter(flips, func(f flip, _ int) bool { return f.host == e.host && f.at.Before(e.at) })
	last := lo.MaxBy(flips, func(a, b flip) bool { return a.version > b.version })

	// A stream without a message does not tell what served it.
	return e.text != "" && len(flips) > 0 && last.text != e.text
}
