package registryauth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/registryauth"
)

func TestParseScope(t *testing.T) {
	t.Parallel()

	for scope, want := range map[string]registryauth.Access{
		"repository:projects/one:pull":                registryauth.Repository("projects/one", "pull"),
		"repository:projects/one:pull,push":           registryauth.Repository("projects/one", "pull", "push"),
		"repository:127.0.0.1:5000/one:pull":          registryauth.Repository("127.0.0.1:5000/one", "pull"),
		"repository:docker.io/library/node:pull,push": registryauth.Repository("docker.io/library/node", "pull", "push"),
	} {
		access, ok := registryauth.ParseScope(scope)
		require.True(t, ok, scope)
		require.Equal(t, want, access, scope)
	}

	for _, scope := range []string{"", "repository", "repository:", "repository::pull", "repository:one", "repository:one:", "registry:catalog:*"} {
		_, ok := registryauth.ParseScope(scope)
		require.False(t, ok, scope)
	}
}

func TestIntersect_GivesWhatIsBothAskedAndAllowed(t *testing.T) {
	t.Parallel()

	allowed := registryauth.Repository("projects/one", registryauth.Pull)

	require.Equal(t, []string{"pull"}, registryauth.Intersect(registryauth.Repository("projects/one", "pull", "push"), allowed).Actions)
	require.Empty(t, registryauth.Intersect(registryauth.Repository("projects/one", "push"), allowed).Actions)
	require.Empty(t, registryauth.Intersect(registryauth.Repository("projects/one", "*"), allowed).Actions)
	require.Empty(t, registryauth.Intersect(registryauth.Repository("projects/on", "pull"), allowed).Actions)
	require.Empty(t, registryauth.Intersect(registryauth.Repository("projects/one/two", "pull"), allowed).Actions)
	require.Equal(t, "projects/two", registryauth.Intersect(registryauth.Repository("projects/two", "pull"), allowed).Name)
}

func TestIntersect_LeavesTheRequestAsItIs(t *testing.T) {
	t.Parallel()

	requested := registryauth.Repository("projects/one", "push", "pull")
	registryauth.Intersect(requested, registryauth.Repository("projects/one", "pull"))
	require.Equal(t, []string{"push", "pull"}, requested.Actions)
}
