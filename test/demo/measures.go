package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// served is a deployment that was live in a project's production, from when on, and the VMs that it has now.
type served struct {
	ID      uuid.UUID
	Since   time.Time
	VMs     []uuid.UUID
	IsLive  bool
	Project uuid.UUID
}

// steps are the lengths of time by which measures are kept, and for how long each.
func steps() map[time.Duration]time.Duration {
	return map[time.Duration]time.Duration{time.Minute: day, time.Hour: age, day: age}
}

// writeMeasures writes what edges and nodes would have measured in a month.
func (p *past) writeMeasures(ctx context.Context) error {
	if _, err := p.db.Exec(ctx, "SELECT make_measure_partitions(now())"); err != nil {
		return fmt.Errorf("make the partitions: %w", err)
	}

	for name, s := range shapes() {
		releases, err := p.served(ctx, p.projects[name].ID)
		if err != nil {
			return err
		}

		traffic, usage := measure(s, releases, p.now)
		if err := p.add(ctx, p.projects[name].ID, traffic, usage); err != nil {
			return fmt.Errorf("write the measures of %s: %w", name, err)
		}
	}

	return nil
}

// served returns the deployments that were live in the production of a project, the oldest first.
func (p *past) served(ctx context.Context, project uuid.UUID) ([]served, error) {
	rows, err := p.db.Query(ctx, `SELECT id, ended_at AS since, state = 'live' AS is_live, project_id AS project,
			ARRAY(SELECT vms.id FROM vms WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL ORDER BY vms.id) AS vms
		FROM deployments WHERE environment_id = $1 AND state IN ('live', 'retired') ORDER BY ended_at`, project)
	if err != nil {
		return nil, fmt.Errorf("find what was live: %w", err)
	}

	return pgx.CollectRows(rows, pgx.RowToStructByNameLax[served])
}

// key is a row of measures of a project.
type key struct {
	step       time.Duration
	starts     time.Time
	deployment uuid.UUID
}

// use is what the VMs of a deployment used.
type use struct {
	measured                      time.Duration
	cpu                           time.Duration
	memory, memoryMost            int64 // The former in bytes times seconds.
	received, sent, restarts, vms int64
}

// measure returns what happened in a month, by minutes, hours and days, each of which adds up what the shorter ones have.
func measure(s shape, releases []served, now time.Time) (traffic map[key]minute, usage map[key]use) {
	traffic, usage = map[key]minute{}, map[key]use{}

	for began := now.Add(-age).Truncate(time.Minute); began.Before(now.Add(-time.Minute)); began = began.Add(time.Minute) {
		next, _ := slices.BinarySearchFunc(releases, began, func(r served, at time.Time) int { return cmp.Compare(r.Since.UnixNano(), at.UnixNano()) })
		if next == 0 {
			continue
		}

		release := releases[next-1]
		happened := s.at(began, now)
		used := happened.use(began.Sub(release.Since), max(len(release.VMs), 1))

		for step, kept := range steps() {
			if now.Sub(began) > kept {
				continue
			}

			k := key{step: step, starts: began.UTC().Truncate(step), deployment: release.ID}
			traffic[k] = traffic[k].plus(happened)
			usage[k] = usage[k].plus(used)
		}
	}

	return traffic, usage
}

const (
	cpuPerRequest = 9 * time.Millisecond
	cpuAtRest     = 60 * time.Millisecond
	memoryAtFirst = 58 * mebibyte
	memoryADay    = 6 * mebibyte
	memoryMost    = 96 * mebibyte
)

// use is what so many VMs used for what happened in a minute, so long after they were started: the longer they run, the more they remember.
func (m minute) use(age time.Duration, vms int) use {
	memory := min(memoryAtFirst+int64(float64(memoryADay)*float64(age)/float64(day)), memoryMost) + m.requests*mebibyte/30
	count := int64(vms)

	return use{
		measured: time.Minute * time.Duration(vms), cpu: cpuAtRest*time.Duration(vms) + cpuPerRequest*time.Duration(m.requests),
		memory: memory * count * int64(time.Minute/time.Second), memoryMost: memory + m.failed*mebibyte, vms: count,
		received: m.requests * bytesPerAsk, sent: m.requests * bytesPerAnswer,
	}
}

func (m minute) plus(other minute) minute {
	m.requests += other.requests
	m.redirected += other.redirected
	m.missing += other.missing
	m.failed += other.failed

	for i, count := range other.latency {
		m.latency[i] += count
	}

	return m
}

func (u use) plus(other use) use {
	return use{
		measured: u.measured + other.measured, cpu: u.cpu + other.cpu, memory: u.memory + other.memory, memoryMost: max(u.memoryMost, other.memoryMost),
		received: u.received + other.received, sent: u.sent + other.sent, restarts: u.restarts + other.restarts, vms: max(u.vms, other.vms),
	}
}

// add writes the rows of a project. What was measured since the platform was started gives way.
func (p *past) add(ctx context.Context, project uuid.UUID, traffic map[key]minute, usage map[key]use) error {
	trafficRows, usageRows := make([][]any, 0, len(traffic)), make([][]any, 0, 2*len(usage))

	for k, m := range traffic {
		trafficRows = append(trafficRows, []any{
			int(k.step.Seconds()), project, k.starts, k.deployment, project, 0, m.requests - m.redirected - m.missing - m.failed, m.redirected, m.missing, m.failed, 0,
			m.latency[:], m.requests * bytesPerAsk, m.requests * bytesPerAnswer, m.requests/20 + 1,
		})
	}

	releases, err := p.served(ctx, project)
	if err != nil {
		return err
	}

	for k, u := range usage {
		usageRows = append(usageRows, rowsOf(project, k, u, releases)...)
	}

	return pgx.BeginFunc(ctx, p.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM traffic WHERE project_id = $1", project); err != nil {
			return err
		}

		if _, err := tx.Exec(ctx, "DELETE FROM usage WHERE project_id = $1", project); err != nil {
			return err
		}

		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"traffic"}, []string{
			"step_seconds", "project_id", "starts_at", "deployment_id", "environment_id", "informational", "successful", "redirected", "client_errors", "server_errors",
			"aborted", "latency", "bytes_in", "bytes_out", "in_flight",
		}, pgx.CopyFromRows(trafficRows)); err != nil {
			return err
		}

		_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage"}, []string{
			"step_seconds", "project_id", "starts_at", "deployment_id", "vm_id", "environment_id", "measured_millis", "cpu_micros", "memory_byte_seconds",
			"memory_max_bytes", "received_bytes", "sent_bytes", "restarts",
		}, pgx.CopyFromRows(usageRows))

		return err
	})
}

// rowsOf returns the rows for what a deployment used: one for each of its VMs in minutes, one for all of them in hours and days.
func rowsOf(project uuid.UUID, k key, u use, releases []served) [][]any {
	vms := []uuid.UUID{uuid.Nil}

	if k.step == time.Minute {
		for _, r := range releases {
			if r.ID == k.deployment && len(r.VMs) > 0 {
				vms = r.VMs
			}
		}
	}

	rows, share := make([][]any, 0, len(vms)), int64(len(vms))
	for _, vm := range vms {
		rows = append(rows, []any{
			int(k.step.Seconds()), project, k.starts, k.deployment, vm, project, u.measured.Milliseconds() / share, u.cpu.Microseconds() / share, u.memory / share,
			u.memoryMost, u.received / share, u.sent / share, u.restarts,
		})
	}

	return rows
}
