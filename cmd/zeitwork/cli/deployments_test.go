package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestRollback_WithoutAnArgument_MeansTheOneBeforeTheLiveOne(t *testing.T) {
	t.Parallel()

	failed, before, live := id.New(), id.New(), id.New()
	project := &client.Project{LiveDeploymentID: &live}

	require.False(t, earlier(project, client.Deployment{ID: live, State: client.DeploymentStateLive}))
	require.False(t, earlier(project, client.Deployment{ID: failed, State: client.DeploymentStateFailed}))
	require.True(t, earlier(project, client.Deployment{ID: before, State: client.DeploymentStateRetired}))
	require.True(t, earlier(project, client.Deployment{ID: before, State: client.DeploymentStateLive}), "it drains")
}
