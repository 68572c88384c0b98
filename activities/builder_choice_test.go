package activities

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestBuilders_AProject_KeepsItsBuilderWhenAnotherIsAddedOrTakenAway(t *testing.T) {
	t.Parallel()

	first := func(scope uuid.UUID, addresses ...string) string {
		return NewBuilder(BuilderConfig{Addresses: addresses}, nil, secret.Key{}).inOrder(scope)[0]
	}

	builds := map[string]int{}

	for range 300 {
		scope := uuid.New()
		chosen := first(scope, "tcp://a:1", "tcp://b:1", "tcp://c:1")
		builds[chosen]++

		require.Equal(t, chosen, first(scope, "tcp://c:1", "tcp://a:1", "tcp://b:1"), "the order of the setting says nothing")

		if chosen != "tcp://c:1" {
			require.Equal(t, chosen, first(scope, "tcp://a:1", "tcp://b:1"))
		}
	}

	require.Len(t, builds, 3)

	for address, count := range builds {
		require.Greater(t, count, 50, address)
	}
}

func TestBuild_BuilderAway_AnotherOneBuilds(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	builds := bundle.builder.config.Addresses[0]

	for away := 0; bundle.builder.inOrder(bundle.project)[0] == builds; away++ {
		bundle.builder.config.Addresses = []string{builds, "unix://" + t.TempDir() + "/" + strconv.Itoa(away) + ".sock"}
	}

	_, log, err := bundle.build(t.Context(), bundle.request(t, newApp(t, toolDockerfile)))
	require.NoError(t, err, log)
}

func TestBuild_BuildersWithoutRoom_ArePassedOver_UnlessAllHaveNone(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	socket := strings.TrimPrefix(bundle.builder.config.Addresses[0], "unix://")

	folder, err := os.MkdirTemp("/tmp", "zw") //nolint:usetesting // The name of the test would make the path too long for a socket.
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })

	// One buildkitd under three names.
	bundle.builder.config.Addresses = nil

	for _, name := range []string{"one", "two", "three"} {
		require.NoError(t, os.Symlink(socket, filepath.Join(folder, name)))
		bundle.builder.config.Addresses = append(bundle.builder.config.Addresses, "unix://"+filepath.Join(folder, name))
	}

	order := bundle.builder.inOrder(bundle.project)

	for _, test := range []struct {
		full  []string
		asked []string
	}{
		{nil, order[:1]},
		{order[:1], order[:2]},
		{order[:2], order},
		// It waits where its caches are.
		{order, append(slices.Clone(order), order[0])},
	} {
		var asked []string

		request := bundle.request(t, newApp(t, toolDockerfile))
		request.Take = func(_ context.Context, address string, _ int) (bool, error) {
			asked = append(asked, address)

			return !slices.Contains(test.full, address), nil
		}

		_, log, err := bundle.build(t.Context(), request)
		require.NoError(t, err, log)
		require.Equal(t, test.asked, asked)
	}
}
