package activities

import (
	"context"
	"os"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

// TestPlan_VersionBesideTheTable_IsTakenWhereTheRegistryHasIt asks the registry that buildkitd has as Docker Hub's mirror.
func TestPlan_VersionBesideTheTable_IsTakenWhereTheRegistryHasIt(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)

	image, err := random.Image(1, 1)
	require.NoError(t, err)

	for _, tag := range []string{"91.2.3-slim", "92-slim", "93-slim"} {
		reference, err := name.NewTag(os.Getenv("ZEITWORK_TEST_REGISTRY")+"/docker.io/library/node:"+tag, name.Insecure)
		require.NoError(t, err)
		require.NoError(t, remote.Write(reference, image))
	}

	table := buildplan.DefaultBaseImages()
	table["node"] = buildplan.Runtime{
		Default: "92", Images: map[string]string{"92": "docker.io/library/node:92-slim", "93": "docker.io/library/node:93-slim", "94": "docker.io/library/node:94-slim"},
		Exact: table["node"].Exact,
	}

	plan := func(files map[string]string) (buildplan.Plan, error) {
		files = detecttest.With(map[string]string{"package.json": `{"scripts":{"start":"node a.js"}}`}, files)

		return bundle.builder.Plan(t.Context(), detecttest.NewTree(t, files), buildplan.Settings{BaseImages: table})
	}

	for version, files := range map[string]map[string]string{
		"91.2.3": {".nvmrc": "91.2.3"},
		"92":     {".nvmrc": "92.1.7"},
		"93":     {"package.json": `{"scripts":{"start":"node a.js"},"engines":{"node":">92"}}`},
	} {
		decided, err := plan(files)
		require.NoError(t, err)
		require.Equal(t, version, decided.Versions["node"])
		require.Contains(t, decided.Dockerfile, "FROM docker.io/library/node:"+version+"-slim")
	}

	_, err = plan(map[string]string{".nvmrc": "91.2.4"})
	requireUsers(t, err, ".nvmrc asks for Node 91.2.4, and the registry has no image node:91.2.4-slim.", "there are 92, 93, 94.")

	ended, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = bundle.builder.Plan(ended, detecttest.NewTree(t, map[string]string{"package.json": `{"scripts":{"start":"a"}}`}), buildplan.Settings{})
	require.Error(t, err)
}
