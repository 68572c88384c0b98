package workflows

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// ownHostname is the hostname that is a deployment's alone; empty where it has none.
func (b *testBundle) ownHostname(t *testing.T, deployment uuid.UUID) string {
	t.Helper()

	var hostname string
	require.NoError(t, b.pool.QueryRow(b.ctx,
		"SELECT coalesce(max(hostname), '') FROM domains WHERE kind = 'deployment' AND deployment_id = $1", deployment).Scan(&hostname))

	return hostname
}

// route is what edges are told of a hostname: whether it is retired, and how many VMs answer.
func (b *testBundle) route(t *testing.T, hostname string) (retired bool, vms int) {
	t.Helper()

	rows, err := b.queries.ListRoutes(b.ctx)
	require.NoError(t, err)

	found := false

	for _, row := range rows {
		if row.Hostname != hostname {
			continue
		}

		found, retired = true, row.Retired

		if row.VMID != nil {
			vms++
		}
	}

	require.True(t, found, hostname)

	return retired, vms
}

func TestOwnDomain_LeadsToItsDeploymentWhateverIsLive(t *testing.T) {
	t.Parallel()

	b := setup(t)
	worker := b.newWorker(t)
	worker.config.KeepWarm = patienceOfTests * 10
	b.runWorker(t, worker)

	first := b.await(t, b.create(t).ID, stateLive)
	own := b.ownHostname(t, first.ID)
	require.Equal(t, "app-"+first.ID.String()[28:]+".example.com", own)

	second := b.await(t, b.create(t).ID, stateLive)
	require.NotEqual(t, own, b.ownHostname(t, second.ID))
	require.Equal(t, &first.ID, b.answers(t, own))
	require.Equal(t, &second.ID, b.answers(t, "app.example.com"))

	// It is kept warm.
	retired, vms := b.route(t, own)
	require.True(t, retired)
	require.Equal(t, 1, vms)

	// Its VMs leave the route table before they are stopped.
	version, err := b.queries.CurrentRouteVersion(b.ctx)
	require.NoError(t, err)
	b.exec(t, "UPDATE deployments SET warm_until = now() WHERE id = $1", first.ID)
	b.reconciling(t, worker)
	b.awaitRemoved(t, first.ID)

	after, err := b.queries.CurrentRouteVersion(b.ctx)
	require.NoError(t, err)
	require.Greater(t, after, version)

	_, vms = b.route(t, own)
	require.Zero(t, vms, "it sleeps")
}

func TestOwnDomain_OfAPreview_GoesWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.work(t)

	preview := b.livePreview(t)
	require.NotEmpty(t, b.ownHostname(t, preview.ID))

	require.NoError(t, b.deployments.EndPreview(b.ctx, b.project, preview.EnvironmentID, "", nil))
	require.Empty(t, b.ownHostname(t, preview.ID))
}

func TestCollectGarbage_ImageThatIsNotKept_TakesTheOwnDomainAlong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	old, kept := b.past(t, "a-old", stateRetired, new(1)), b.past(t, "b-kept", stateRetired, new(2))
	b.past(t, "c-last", stateRetired, new(3))

	for _, deployment := range []uuid.UUID{old, kept} {
		require.NoError(t, b.queries.CreateDeploymentDomain(b.ctx, deployment, "app-"+deployment.String()[28:], deployment))
	}

	b.collect(t)
	require.Empty(t, b.ownHostname(t, old))
	require.NotEmpty(t, b.ownHostname(t, kept))
}

func TestCollectHistory_DeploymentWithItsOwnDomainAlone_GoesWithIt(t *testing.T) {
	t.Parallel()

	b := setup(t)
	old := b.history(t, 91*day, stateRetired, nil)
	require.NoError(t, b.queries.CreateDeploymentDomain(b.ctx, old, "app-old", old))

	b.collectHistory(t)
	require.Zero(t, b.count(t, "SELECT count(*) FROM deployments"))
	require.Zero(t, b.count(t, "SELECT count(*) FROM domains WHERE kind = 'deployment'"))
}
