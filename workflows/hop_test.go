package workflows

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/id"
)

// BenchmarkHop compares the median time between the end of a step and the beginning of the next with that of River alone. Its Postgres does not
// wait for the disk; `go tool task bench:deploy` measures one that does.
func BenchmarkHop(b *testing.B) {
	b.Run("zeitwork", benchmarkHopOfChain)
	b.Run("river", benchmarkHopOfRiver)
}

// benchmarkHopOfChain deploys with activities that do nothing.
func benchmarkHopOfChain(b *testing.B) {
	bundle := setupFor(b)
	bundle.work(b)

	var hops []time.Duration

	for b.Loop() {
		deployment := bundle.await(b, bundle.create(b).ID, stateLive)

		rows, err := bundle.queries.ListDeploymentSteps(bundle.ctx, deployment.ID, bundle.organisation)
		require.NoError(b, err)

		for i := range rows[1:] {
			hops = append(hops, rows[i+1].StartedAt.Sub(*rows[i].EndedAt))
		}
	}

	reportHops(b, hops)
}

// benchmarkHopOfRiver runs a chain of jobs, each of which inserts the next one and completes itself in one transaction, and nothing else.
func benchmarkHopOfRiver(b *testing.B) {
	bundle := setupFor(b)
	begun, hops := make(chan time.Time), []time.Duration(nil)

	workers := river.NewWorkers()
	hop := func(ctx context.Context, job *river.Job[arguments]) error {
		begun <- time.Now()

		err := database.InTx(ctx, bundle.pool, func(tx pgx.Tx, queries *database.Queries) error {
			client := river.ClientFromContext[pgx.Tx](ctx)
			if _, err := client.InsertTx(ctx, tx, arguments{kind: "hop", DeploymentID: id.New()}, nil); err != nil {
				return err
			}

			if err := queries.NotifyJob(ctx, river.QueueDefault); err != nil {
				return err
			}

			_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)

			return err
		})

		return err
	}
	river.AddWorkerArgs(workers, arguments{kind: "hop"}, river.WorkFunc(hop))

	client, err := river.NewClient(riverpgxv5.New(bundle.pool), &river.Config{
		Schema: riverSchema, Logger: bundle.logger, Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchPoll,
	})
	require.NoError(b, err)
	require.NoError(b, client.Start(bundle.ctx))

	_, err = client.Insert(bundle.ctx, arguments{kind: "hop", DeploymentID: id.New()}, nil)
	require.NoError(b, err)

	last := <-begun

	for b.Loop() {
		next := <-begun
		hops, last = append(hops, next.Sub(last)), next
	}

	stopped := make(chan error)

	go func() { stopped <- client.StopAndCancel(context.WithoutCancel(bundle.ctx)) }()

	for ended := false; !ended; {
		select {
		case <-begun:
		case err := <-stopped:
			require.NoError(b, err)

			ended = true
		}
	}

	reportHops(b, hops)
}

func reportHops(b *testing.B, hops []time.Duration) {
	b.Helper()

	slices.Sort(hops)
	b.ReportMetric(float64(hops[len(hops)/2].Microseconds())/1000, "hop_ms")
}
