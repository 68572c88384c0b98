package activities

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/internal/setting"
)

func TestBuildOptions_OfAnotherScope_ShareNoCacheWithTheProject(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	builder := NewBuilder(BuilderConfig{SharedCache: true}, NewRegistry(RegistryConfig{RegistryAddress: setting.RegistryAddress{RegistryHost: "registry.example"}}, key), key)
	request := BuildRequest{ProjectID: id.New(), DeploymentID: id.New(), Tree: &Tree{}, CacheScope: id.New()}

	stranger := builder.solveOptions(t.Context(), request, &buildInputs{})
	require.Equal(t, request.CacheScope.String(), stranger.FrontendAttrs["build-arg:BUILDKIT_CACHE_MOUNT_NS"])
	require.Equal(t, request.CacheScope.String(), stranger.SharedKey)
	require.Empty(t, stranger.CacheImports)
	require.Empty(t, stranger.CacheExports)
	require.Equal(t, "docker-image://registry.example/"+ImageRepository(request.ProjectID)+"*", stranger.SourcePolicy.GetRules()[3].GetSelector().GetIdentifier())

	builder.config.SharedCache = false
	request.CacheScope = uuid.Nil
	own := builder.solveOptions(t.Context(), request, &buildInputs{})
	require.Equal(t, request.ProjectID.String(), own.FrontendAttrs["build-arg:BUILDKIT_CACHE_MOUNT_NS"])
	require.Equal(t, request.ProjectID.String(), own.SharedKey)
	require.Len(t, own.SourcePolicy.GetRules(), 3)
	require.NotEqual(t, own.FrontendAttrs["add-hosts"], stranger.FrontendAttrs["add-hosts"], "no layer of one is the other's")
}

func TestBuildOptions_ArgumentsOfBuildKitsOwn_AreNotForProjects(t *testing.T) {
	t.Parallel()

	key := secret.GenerateKey()
	builder := NewBuilder(BuilderConfig{}, NewRegistry(RegistryConfig{RegistryAddress: setting.RegistryAddress{RegistryHost: "registry.example"}}, key), key)
	request := BuildRequest{ProjectID: id.New(), DeploymentID: id.New(), Tree: &Tree{}}

	attributes := builder.solveOptions(t.Context(), request, &buildInputs{arguments: map[string]string{
		"BUILDKIT_CACHE_MOUNT_NS": "another project's", "buildkit_syntax": "x", "PUBLIC_URL": "https://example.com",
	}}).FrontendAttrs
	require.Equal(t, request.ProjectID.String(), attributes["build-arg:BUILDKIT_CACHE_MOUNT_NS"])
	require.Equal(t, "https://example.com", attributes["build-arg:PUBLIC_URL"])
	require.NotContains(t, attributes, "build-arg:buildkit_syntax")
}

func TestBuild_OfAnotherScope_StartsFromNoImageOfTheProject(t *testing.T) {
	t.Parallel()

	bundle := setupBuilder(t)
	own := bundle.request(t, newApp(t, toolDockerfile))
	_, log, err := bundle.build(t.Context(), own)
	require.NoError(t, err, log)

	image := bundle.registry.reference(ImageRepository(bundle.project)) + ":" + own.DeploymentID.String()
	request := bundle.request(t, newApp(t, "FROM "+image+"\nCOPY tool /again\n"))
	_, log, err = bundle.build(t.Context(), request)
	require.NoError(t, err, "the project itself may: %s", log)

	request.CacheScope = id.New()
	_, _, err = bundle.build(t.Context(), request)
	require.Equal(t, problem.Invalid, problem.CodeOf(err), "%v", err)
	require.Contains(t, problem.MessageOf(err), "is the project's own")
}
