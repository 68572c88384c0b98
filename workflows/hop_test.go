package workflows

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkHop deploys with activities that do nothing and reports the median time between the end of a step and the beginning of the next,
// and what the whole chain takes. Its Postgres does not wait for the disk; `go tool task bench:deploy` measures one that does.
func BenchmarkHop(b *testing.B) {
	bundle := setupFor(b)
	bundle.work(b)

	var hops []time.Duration

	for b.Loop() {
		deployment := bundle.await(b, bundle.create(b).ID, stateLive)

		rows, err := bundle.queries.ListDeploymentSteps(bundle.ctx, deployment.ID)
		require.NoError(b, err)

		for i := range rows[1:] {
			hops = append(hops, rows[i+1].StartedAt.Sub(*rows[i].EndedAt))
		}
	}

	slices.Sort(hops)
	b.ReportMetric(float64(hops[len(hops)/2].Microseconds())/1000, "hop_ms")
}
