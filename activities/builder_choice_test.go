package activities

import (
	"strconv"
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
