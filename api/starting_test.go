package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestRoutes_OfAProject_SayWhetherItsFirstDeploymentIsOnTheWay(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)

	state := func(behind *client.RouteTable, want client.RouteState) *client.RouteTable {
		etag := ""
		if behind != nil {
			etag = routesETag(behind.Version)
		}

		answer := b.routes(t, etag, 30)
		require.NotNil(t, answer.JSON200, "%s", answer.Body)
		require.Equal(t, want, answer.JSON200.Routes[0].State)

		return answer.JSON200
	}

	table := state(nil, "empty")
	deployment := b.deployment(t, project.ID)
	table = state(table, "starting")

	b.end(t, deployment.ID, "failed")
	state(table, "empty")
}
