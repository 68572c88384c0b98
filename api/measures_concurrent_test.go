package api

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

// TestReportEdge_ManyAtOnce_CountAllAndNeverDeadlock sends reports whose rows are the same, in different orders.
func TestReportEdge_ManyAtOnce_CountAllAndNeverDeadlock(t *testing.T) {
	t.Parallel()

	const (
		deployments = 30
		reporters   = 4
		reports     = 5
	)

	b := setup(t)
	first, _ := b.measured(t)
	all := append(make([]uuid.UUID, 0, deployments), first.ID)

	for range deployments - 1 {
		all = append(all, id.New())
		b.exec(t, `INSERT INTO deployments (id, project_id, environment_id, state, step, trigger, branch, environment_sealed, route_version)
			SELECT $1, project_id, environment_id, 'retired', step, trigger, branch, environment_sealed, route_version FROM deployments WHERE id = $2`,
			all[len(all)-1], first.ID)
	}

	var group sync.WaitGroup

	for reporter := range reporters {
		traffic := make([]client.EdgeTraffic, 0, deployments)
		for _, deployment := range all {
			traffic = append(traffic, client.EdgeTraffic{DeploymentID: deployment, Minute: minutesAgo(1), Successful: new(int64(1)), Latency: &[]int64{1}})
		}

		if reporter%2 == 0 {
			slices.Reverse(traffic)
		}

		group.Go(func() {
			report := edgeReport(traffic...)
			for range reports {
				answer, err := b.edge.ReportEdgeWithResponse(t.Context(), report)
				if err != nil || answer.StatusCode() != http.StatusNoContent {
					t.Error(err, answer)
				}

				report.Sequence++
			}
		})
	}

	group.Wait()

	for _, deployment := range all {
		require.Equal(t, []int64{reporters * reports, reporters * reports, reporters * reports}, b.successes(t, deployment))
	}

	var deadlocks int

	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks))
	require.Zero(t, deadlocks)
}
