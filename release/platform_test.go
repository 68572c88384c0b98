package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/test/rig"
)

// What a release has becomes a platform that deploys an app; the platform is backed up, brought to another version, loses its database and gets it back, and
// the app serves all the time.
func TestPlatform_OfARelease_DeploysAnApp_IsUpgraded_AndRestored(t *testing.T) {
	t.Parallel()

	b := setupPlatform(t)
	phase := time.Now()
	took := func(what string) {
		t.Logf("%s: %s", what, time.Since(phase).Round(time.Millisecond))
		phase = time.Now()
	}

	b.boot(t, firstVersion)
	b.enter(t)
	took("the control plane serves")

	b.joinNode(t, "node-1")
	b.joinEdges(t, "edge-1", "edge-2")
	b.requireHealthy(t, firstVersion)
	took("node and edges have joined")

	b.deployFirst(t)
	took("the app is deployed")

	key := b.backUp(t)
	took("the backup is made")

	asked := b.balancer.holds(t, 0, "first")
	b.upgrade(t, secondVersion)
	asked = b.balancer.holds(t, asked, "first")
	took("the platform is upgraded")

	b.loseDatabase(t)
	took("the database is lost")
	b.restore(t, key)
	took("the database is restored")
	asked = b.balancer.holds(t, asked, "first")

	b.startAgain(t, secondVersion)
	b.requireHealthy(t, secondVersion)
	asked = b.balancer.holds(t, asked, "first")
	took("the platform is restored")

	b.deploy(t, "second")
	asked = b.balancer.holds(t, asked, "first", "second")
	took("the app is deployed again")
	t.Logf("no failure in %d requests", asked)

	b.stopAll(t, secondVersion)
	took("everything has stopped")
}

// requireHealthy waits until node and edges are in touch, each with a version.
func (b *platformBundle) requireHealthy(t *testing.T, version string) {
	t.Helper()

	require.Eventually(t, func() bool {
		nodes, err := b.api.API.ListNodesWithResponse(t.Context(), nil)
		require.NoError(t, err)

		edges, err := b.api.API.ListEdgesWithResponse(t.Context(), nil)
		require.NoError(t, err)

		return nodes.JSON200 != nil && edges.JSON200 != nil && len(nodes.JSON200.Items) == 1 && len(edges.JSON200.Items) == len(b.edges) &&
			lo.EveryBy(nodes.JSON200.Items, func(n client.Node) bool { return n.InTouch && n.Version == version && n.Unreachable == nil }) &&
			lo.EveryBy(edges.JSON200.Items, func(e client.Edge) bool {
				return e.InTouch && lo.FromPtr(e.Version) == version && e.VersionsBehind == 0
			})
	}, flipPatience, pause, "node and edges are not in touch with version %s", version)
}

// deployFirst makes the project, and has a visitor come once its first deployment is live.
func (b *platformBundle) deployFirst(t *testing.T) {
	t.Helper()

	folder := b.git.repository.Dir
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "site"), "./testdata/site")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // The image has no C library.
	_, err := rig.Run(build)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\nCOPY site text /\nEXPOSE 3000\nCMD [\"/site\"]\n"), 0o600))

	b.project, err = b.api.NewProject(t.Context(), client.CreateProjectInputBody{
		Name: "site", RepositoryURL: "http://" + b.docker.network.offer(t, b.git.Listener.Addr().String()) + "/app", MemoryBytes: new(int64(64 << 20)),
	}, nil)
	require.NoError(t, err)

	at, err := url.Parse(b.project.URL)
	require.NoError(t, err)

	edges := lo.MapToSlice(b.edges, func(_ string, m *packagedMachine) string { return m.address.String() })
	asks := &balancer{host: at.Host, visitor: b.balancerClient()}

	b.commitAndDeploy(t, "first")

	for _, edge := range edges {
		require.Eventually(t, func() bool {
			_, err := asks.ask(t.Context(), edge, "/")

			return err == nil
		}, flipPatience, flipInterval, "the edge %s does not serve the app", edge)
	}

	b.balancer = newBalancer(t, b.balancerClient(), at.Host, edges...)
}

// deploy deploys another text, and waits until the visitor has seen it.
func (b *platformBundle) deploy(t *testing.T, text string) {
	t.Helper()

	b.commitAndDeploy(t, text)

	require.Eventually(t, func() bool {
		b.balancer.mutex.Lock()
		defer b.balancer.mutex.Unlock()

		return len(b.balancer.failures) > 0 || len(b.balancer.seen) > 1
	}, flipPatience, flipInterval, "the visitor does not see %q", text)
}

func (b *platformBundle) commitAndDeploy(t *testing.T, text string) {
	t.Helper()

	require.NoError(t, os.WriteFile(filepath.Join(b.git.repository.Dir, "text"), []byte(text), 0o600))

	_, err := b.git.repository.Commit(t.Context())
	require.NoError(t, err)

	deployed, err := b.api.Deploy(t.Context(), b.project.ID)
	require.NoError(t, err)
	require.Equal(t, client.DeploymentStateLive, deployed.State, "%+v", deployed.Error)
}

// stopAll stops all parts as their supervisors do: none has to be killed, and none ends with an error.
func (b *platformBundle) stopAll(t *testing.T, version string) {
	t.Helper()

	for _, m := range append(lo.Values(b.edges), b.node) {
		require.NoError(t, m.stop(t.Context()), m.name)
	}

	b.stop(t, version)
}
