package workflows

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/database"
)

func TestBuild_BuilderHasItsBuilds_GivesNoPlaceUntilOneEnds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	builds, taken := b.holdBuilds(), make(chan string, 10)

	b.activities.setBuild(func(ctx context.Context, request activities.BuildRequest, _ func(activities.LogLine)) error {
		for _, address := range []string{"tcp://home:1", "tcp://other:1", "none"} {
			if took, err := request.Take(ctx, address, 1); err != nil {
				return err
			} else if took {
				taken <- address

				break
			}
		}

		return <-builds.of(request.ProjectID)
	})
	b.work(t)

	second, third := b.addProject(t, 32<<20, 1), b.addProject(t, 32<<20, 1)

	first := b.create(t)
	require.Equal(t, "tcp://home:1", <-taken)
	b.createIn(t, second)
	require.Equal(t, "tcp://other:1", <-taken)

	queue, kind := BuildJob()
	running, err := database.New(b.pool).ListRunningBuilds(b.ctx, queue, kind)
	require.NoError(t, err)
	require.Len(t, running, 2)
	require.Equal(t, "tcp://home:1", *running[0].Builder)
	require.Equal(t, "tcp://other:1", *running[1].Builder)

	builds.finish(b.project, nil)
	b.awaitCount(t, 0, "SELECT count(*) FROM river.river_job WHERE kind = 'deploy.build' AND state = 'running' AND args ->> 'deployment_id' = $1::text", first.ID)

	b.createIn(t, third)
	require.Equal(t, "tcp://home:1", <-taken, "the place is free again")
	builds.finish(second, nil)
	builds.finish(third, nil)
}
