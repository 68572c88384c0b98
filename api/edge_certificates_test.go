package api

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

func TestEdgeCertificates_ManyEdgesThatWait_CostTheSameQueriesAsOne(t *testing.T) {
	t.Parallel()

	b := setup(t)

	var looks, reads atomic.Int64

	polls := b.server.service.certificates
	newest, changes := polls.newest.read, polls.changes.run
	polls.newest.read = func(ctx context.Context) (int64, error) {
		looks.Add(1)

		return newest(ctx)
	}
	polls.changes.run = func(ctx context.Context, versions []int64) ([]*EdgeCertificates, error) {
		reads.Add(1)

		return changes(ctx, versions)
	}

	const edges = 40

	first, err := b.edge.GetEdgeCertificatesWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, first.StatusCode())

	version := first.JSON200.Version

	var answered sync.WaitGroup

	for range edges {
		answered.Go(func() {
			answer, err := b.edge.GetEdgeCertificatesWithResponse(t.Context(), &client.GetEdgeCertificatesParams{
				IfNoneMatch: new(routesETag(version)), WaitSeconds: new(int64(30)),
			})
			if err != nil || answer.JSON200 == nil || answer.JSON200.Version != version+1 {
				t.Errorf("%v %s", err, answer.Body)
			}
		})
	}

	require.Eventually(t, func() bool { return waitingEdges(b.server.service.edges) == edges }, 10*time.Second, time.Millisecond)

	looked, read := looks.Load(), reads.Load()

	require.NoError(t, b.server.service.inTx(t.Context(), func(queries *database.Queries) error {
		if _, err := queries.NextCertificateVersion(t.Context()); err != nil {
			return err
		}

		return queries.Notify(t.Context(), database.ChannelCertificates, "")
	}))

	answered.Wait()
	require.LessOrEqual(t, looks.Load()-looked, int64(edges/4), "those that wait ask Postgres together")
	require.LessOrEqual(t, reads.Load()-read, int64(edges/4))
}
