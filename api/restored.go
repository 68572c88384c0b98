package api

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// restorePatience is how long after an api answers again nodes may take to say which VMs run, and edges that are silent to ask for their routes. Edges serve
	// as before meanwhile, but for what changes.
	restorePatience = time.Minute
	// restoreLook is how often a waiting edge's request looks how far the platform has come.
	restoreLook = 250 * time.Millisecond
)

// restoration holds answers back after the database was restored from a backup. What nodes run and edges route is newer than the database then, and an address
// may be another VM's than the database says. So that no request reaches another customer's VM, and what runs serves on, three things come one after the other:
// nodes say which VMs run, while edges keep their table and nodes their VMs; edges get the routes to those; nodes get the VMs of the database.
type restoration struct {
	// over is set once the platform goes by its database. A restore wants an empty database, and so happens while no api runs.
	over atomic.Bool
	// asked has the nodes whose reports this api takes.
	asked sync.Map
}

// restoring tells how far the platform has come: both are false once it is over, which is nearly always.
func (s *service) restoring(ctx context.Context) (database.RestoreProgressRow, error) {
	if s.restoration.over.Load() {
		return database.RestoreProgressRow{}, nil
	}

	progress, err := s.queries.RestoreProgress(ctx, seenWithin, restorePatience)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return progress, fmt.Errorf("look whether the database was restored: %w", err)
	}

	if !progress.Restored {
		s.restoration.over.Store(true)

		return database.RestoreProgressRow{}, nil
	}

	if progress.AwaitsNodes || progress.AwaitsEdges {
		return progress, nil
	}

	s.logger.InfoContext(ctx, "nodes and edges go by the restored database now")

	return progress, s.queries.EndRestore(ctx)
}

// routesAreKnown waits until the nodes have said which VMs run, for as long as the edge's request may. The edge counts as seen meanwhile.
func (s *service) routesAreKnown(ctx context.Context, edge uuid.UUID, input WaitInput) error {
	if s.restoration.over.Load() {
		return nil
	}

	deadline := time.Now().Add(time.Duration(input.WaitSeconds) * time.Second)

	again := time.NewTicker(restoreLook)
	defer again.Stop()

	var seen time.Time

	for {
		progress, err := s.restoring(ctx)
		if err != nil || !progress.AwaitsNodes {
			return err
		}

		if time.Since(seen) > edgeSeenInterval {
			seen = time.Now()

			if err := s.queries.TouchEdges(ctx, []uuid.UUID{edge}); err != nil {
				return err
			}
		}

		if time.Now().After(deadline) {
			return problem.New(problem.Unavailable, "The database was restored, and nodes have not said yet which VMs run. Serve by the table that you have.")
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.stopping:
			return problem.New(problem.Unavailable, "This process of the API ends.")
		case <-again.C:
		}
	}
}

// assignmentsAreKnown refuses nodes until edges serve by the restored database: nodes keep what they run.
func (s *service) assignmentsAreKnown(ctx context.Context) error {
	progress, err := s.restoring(ctx)
	if err == nil && (progress.AwaitsNodes || progress.AwaitsEdges) {
		err = problem.New(problem.Unavailable, "The database was restored, and edges do not serve by it yet. Keep the VMs that you have.")
	}

	return err
}

// toldEverything refuses the first report of each node that this process of the API gets while a restore is on. An agent that has told of its VMs before tells
// what has changed since, which says nothing of those that the restored database does not know to run; after a report that was refused it tells of all.
func (s *service) toldEverything(ctx context.Context, node uuid.UUID) error {
	progress, err := s.restoring(ctx)
	if err != nil || !progress.Restored {
		return err
	}

	if _, asked := s.restoration.asked.LoadOrStore(node, struct{}{}); !asked {
		err = problem.New(problem.Unavailable, "The database was restored. Report all VMs.")
	}

	return err
}
