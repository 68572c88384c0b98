package main

import (
	"maps"
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// flipBundle is the control plane with those who use it while it is replaced.
type flipBundle struct {
	*controlPlane

	git   *gitServer
	pool  *pgxpool.Pool
	crowd *crowd
}

func setupFlips(t *testing.T, versions []string) *flipBundle {
	t.Helper()

	registry := needRegistry(t)
	b := &flipBundle{controlPlane: newControlPlane(t), git: newGitServer(t)}
	b.pool = b.controlPlane.pool(t)

	image, err := releases[versions[0]].image()
	require.NoError(t, err)
	b.docker.load(t, image, lo.Map(versions, func(version string, _ int) string { return b.image(version) })...)

	// What differs from one platform to the next.
	maps.Copy(b.config.Env.Clear, map[string]string{
		"ZEITWORK_REGISTRY_HOST": b.docker.network.offer(t, registry), "ZEITWORK_REGISTRY_INSECURE": "true",
		"ZEITWORK_GIT_PROTOCOLS": "http", "ZEITWORK_SOURCE_INTERNAL_RANGES": b.docker.network.gateway.String() + "/32",
	})

	return b
}

func needRegistry(t *testing.T) string {
	t.Helper()

	registry := os.Getenv("ZEITWORK_TEST_REGISTRY")
	if registry == "" {
		t.Skip("ZEITWORK_TEST_REGISTRY is not set: run the tests through `go tool task test`, which starts a registry for them")
	}

	return registry
}

// enter brings the crowd to the platform.
func (b *flipBundle) enter(t *testing.T, version string) {
	t.Helper()

	token := b.bootstrap(t, version)
	address, chain := b.serve(t)

	repository := "http://" + b.docker.network.offer(t, b.git.Listener.Addr().String()) + "/app"
	b.crowd = newCrowd(t, "https://"+b.config.Proxy.Host, address, chain, token, repository)
	b.crowd.come(t)
}
