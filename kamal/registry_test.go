package kamal_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/docker/distribution/configuration"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	yaml2 "gopkg.in/yaml.v2"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/kamal"
)

// gitlabFields are the settings that GitLab's registry has beside those of distribution 2, which it is made from, as its documentation of version 4 lists them.
func gitlabFields() []string {
	return []string{
		"database.enabled", "database.host", "database.port", "database.user", "database.password", "database.dbname", "database.sslmode", "database.sslcert",
		"database.sslkey", "database.sslrootcert", "database.connecttimeout", "database.draintimeout", "database.primary",
		"database.pool.maxidle", "database.pool.maxopen", "database.pool.maxlifetime", "database.pool.maxidletime",
		"gc.disabled", "gc.noidlebackoff", "gc.maxbackoff", "gc.errorcooldownperiod", "gc.transactiontimeout", "gc.reviewafter",
		"gc.blobs.disabled", "gc.blobs.interval", "gc.blobs.storagetimeout", "gc.manifests.disabled", "gc.manifests.interval",
	}
}

func readRegistry(t *testing.T, name string) ([]byte, *configuration.Configuration) {
	t.Helper()

	content, err := os.ReadFile(filepath.Join("config", name))
	require.NoError(t, err)

	parsed, err := configuration.Parse(bytes.NewReader(content))
	require.NoError(t, err)

	return content, parsed
}

// No test runs GitLab's registry. What it shares with distribution 2 is read by the parser of that, strictly; what is its own is compared with its
// documentation.
func TestGitLabRegistry_ConfigurationHasOnlyWhatTheRegistryKnows(t *testing.T) {
	t.Parallel()

	content, _ := readRegistry(t, "registry.yml")

	var whole map[string]any
	require.NoError(t, yaml.Unmarshal(content, &whole))

	for _, section := range []string{"database", "gc"} {
		for _, path := range leaves(section, whole[section]) {
			require.Contains(t, gitlabFields(), path)
		}

		delete(whole, section)
	}

	// These hold settings of drivers, which the parser takes whole.
	require.ElementsMatch(t, []string{"s3", "delete", "redirect", "maintenance"}, slices.Collect(maps.Keys(whole["storage"].(map[string]any))))
	require.ElementsMatch(t, []string{"auth.token.realm", "auth.token.service", "auth.token.issuer", "auth.token.rootcertbundle"}, leaves("auth", whole["auth"]))

	delete(whole, "storage")
	delete(whole, "auth")

	rest, err := yaml.Marshal(whole)
	require.NoError(t, err)
	require.NoError(t, yaml2.UnmarshalStrict(rest, &configuration.Configuration{}))
}

func TestRegistries_AskForTheTokensThatTheAPISigns(t *testing.T) {
	t.Parallel()

	for name, keys := range map[string]string{"registry.yml": "rootcertbundle", "registry-distribution.yml": "jwks"} {
		_, config := readRegistry(t, name)
		require.Equal(t, "s3", config.Storage.Type())
		require.Equal(t, true, config.Storage["delete"]["enabled"], "workers delete images")

		token := config.Auth.Parameters()
		require.Equal(t, registryauth.Service, token["service"])
		require.Equal(t, registryauth.Issuer, token["issuer"])
		require.NotEmpty(t, token[keys])
	}

	_, config := readRegistry(t, "registry.yml")

	for _, destination := range kamal.Destinations() {
		read, _, err := kamal.Read(".", destination)
		require.NoError(t, err)

		registry := read.Accessories["registry"]
		require.Contains(t, strings.Join(registry.Files, "\n"), ":"+config.Auth.Parameters()["rootcertbundle"].(string)+":ro")
		require.Contains(t, registry.Env.Names(), "REGISTRY_DATABASE_PASSWORD")
		require.Equal(t, "true", registry.Env.Clear["REGISTRY_FF_DYNAMIC_MEDIA_TYPES"], "sources have media types of their own")
	}
}

// leaves returns the paths of all settings below a section.
func leaves(path string, value any) []string {
	section, ok := value.(map[string]any)
	if !ok {
		return []string{path}
	}

	var found []string
	for key, inner := range section {
		found = append(found, leaves(path+"."+key, inner)...)
	}

	return found
}
