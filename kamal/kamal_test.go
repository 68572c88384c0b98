package kamal_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/zeitwork/zeitwork/kamal"
)

func TestConfig_OfEveryDestination_IsWhatKamalTakes(t *testing.T) {
	t.Parallel()

	for _, destination := range kamal.Destinations() {
		_, whole, err := kamal.Read(".", destination)
		require.NoError(t, err)
		require.Empty(t, kamal.Complaints(whole), destination)
	}
}

func TestComplaints_NameThePlace(t *testing.T) {
	t.Parallel()

	const valid = `{service: a, image: a, servers: {web: {hosts: [h]}}, registry: {username: u, password: [P]}, builder: {arch: amd64}}`

	require.Empty(t, complaintsAbout(t, valid, `{x-common: {anything: 1}}`), "extensions at the root are Kamal's to ignore")

	for overlay, complaint := range map[string]string{
		`{drain_timout: 30}`:                                 "unknown key: drain_timout",
		`{drain_timeout: 30s}`:                               "drain_timeout: should be an integer",
		`{proxy: {helthcheck: {}}}`:                          "proxy: unknown key: helthcheck",
		`{proxy: {x-more: 1}}`:                               "proxy: unknown key: x-more",
		`{proxy: {healthcheck: {interval: often}}}`:          "proxy/healthcheck/interval: should be an integer",
		`{proxy: {ssl: true}}`:                               "proxy: ssl needs a host",
		`{proxy: {host: a, hosts: [b]}}`:                     "proxy: specify one of host or hosts",
		`{proxy: {host: a, ssl: {certificate_pem: A}}}`:      "proxy/ssl/private_key_pem: is required",
		`{servers: {web: {command: api}}}`:                   "servers/web: unknown key: command",
		`{servers: {web: {labels: {service: a}}}}`:           "servers/web/labels/service: is a label of Kamal's own",
		`{servers: {web: {env: {tags: {}, clear: {A: 1}}}}}`: "servers/web/env: unknown key: tags",
		`{env: {clear: {A: 1}, B: 2}}`:                       "env: unknown key: B",
		`{env: {secret: A}}`:                                 "env/secret: should be an array",
		`{accessories: {db: {image: a}}}`:                    "accessories/db: specify one of host, hosts, role, roles, tag, tags",
		`{accessories: {db: {image: a, host: h, ports: 1}}}`: "accessories/db: unknown key: ports",
		`{registry: {servr: a}}`:                             "registry: unknown key: servr",
		`{builder: {arch: {}}}`:                              "builder/arch: should be an array",
		`{aliases: {Console: app exec}}`:                     "aliases/Console: an alias has",
	} {
		require.Contains(t, strings.Join(complaintsAbout(t, valid, overlay), "\n"), complaint, overlay)
	}

	require.Contains(t, complaintsAbout(t, `{}`, `{}`), "image: is required")
}

// complaintsAbout are those about a configuration in two layers.
func complaintsAbout(t *testing.T, below, above string) []string {
	t.Helper()

	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "config"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "config", "deploy.yml"), []byte(below), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "config", "deploy.test.yml"), []byte(above), 0o600))

	_, whole, err := kamal.Read(folder, "test")
	if err != nil { // What cannot be read into the fields is complained about all the same.
		require.NoError(t, yaml.Unmarshal([]byte(above), &whole))

		var common map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(below), &common))

		for key, value := range common {
			if whole[key] == nil {
				whole[key] = value
			}
		}
	}

	return kamal.Complaints(whole)
}

// Every secret that the configuration names has a line that says where it is, and no line has a value.
func TestSecrets_OfEveryDestination_AreFetched(t *testing.T) {
	t.Parallel()

	common := secretsOf(t, "secrets-common")

	for _, destination := range kamal.Destinations() {
		secrets := slices.Concat(common, secretsOf(t, "secrets."+destination))

		_, whole, err := kamal.Read(".", destination)
		require.NoError(t, err)

		wanted := secretsIn(whole)
		require.Contains(t, wanted, "ZEITWORK_SECRET_KEY")
		require.Contains(t, wanted, "KAMAL_REGISTRY_PASSWORD")
		require.ElementsMatch(t, wanted, secrets, destination)
	}
}

// secretsOf are the names of the secrets in a file. Each comes from a password manager or the environment.
func secretsOf(t *testing.T, file string) []string {
	t.Helper()

	content, err := os.ReadFile(filepath.Join(".kamal", file))
	require.NoError(t, err)

	fetched := regexp.MustCompile(`^\$\(kamal secrets extract \w+ \$SECRETS\)$|^\$\w+$`)

	var names []string

	for line := range strings.Lines(string(content)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(line, "#") || name == "SECRETS" {
			continue
		}

		require.Regexp(t, fetched, value, "%s in %s is a value", name, file)

		names = append(names, name)
	}

	return names
}

// secretsIn are the names of all secrets that a configuration mentions.
func secretsIn(value any) []string {
	var names []string

	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			inner := value[key]

			switch key {
			case "secret", "username", "password":
				for _, name := range inner.([]any) {
					names = append(names, name.(string))
				}
			case "certificate_pem", "private_key_pem":
				names = append(names, inner.(string))
			default:
				names = append(names, secretsIn(inner)...)
			}
		}
	case []any:
		for _, inner := range value {
			names = append(names, secretsIn(inner)...)
		}
	}

	return lo.Uniq(names)
}

func TestContainer_IsWhatDockerGets_AndNothingIsLeftOut(t *testing.T) {
	t.Parallel()

	config, _, err := kamal.Read(".", "staging")
	require.NoError(t, err)

	secrets := map[string]string{"ZEITWORK_SECRET_KEY": "key", "ZEITWORK_DATABASE_URL": "postgres://db"}

	worker, err := config.Container("staging", "worker", "v1.2.3", secrets)
	require.NoError(t, err)
	require.Equal(t, "zeitwork-worker-staging-v1.2.3", worker.Name)
	require.Equal(t, "ghcr.io/zeitwork/zeitwork-worker:v1.2.3", worker.Image)
	require.Equal(t, []string{"worker"}, worker.Command)
	require.Equal(t, 90*time.Second, worker.StopTimeout)
	require.Equal(t, map[string]string{"service": "zeitwork", "role": "worker", "destination": "staging"}, worker.Labels)
	require.Subset(t, worker.Environment, []string{
		"ZEITWORK_SECRET_KEY=key", "ZEITWORK_LOG_FORMAT=json", "ZEITWORK_WORKER_STOP_TIMEOUT=60s", "KAMAL_VERSION=v1.2.3",
	})

	delete(secrets, "ZEITWORK_SECRET_KEY")

	_, err = config.Container("staging", "worker", "v1.2.3", secrets)
	require.ErrorContains(t, err, "the secret ZEITWORK_SECRET_KEY is in none of the files of secrets")

	_, err = config.Container("staging", "db", "v1.2.3", secrets)
	require.ErrorContains(t, err, "no machine for the role db")
}

// A stand-in for Kamal runs the command, as ssh would on the machine, where a stand-in for Docker tells what it gets.
func TestPreDeploy_MigratesOnce_WithTheSecretsOfThisDeployment_ButNotForARollback(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()

	for name, script := range map[string]string{
		"kamal":  `for last; do :; done; printf '%s ' "$@" | head -1; exec sh -c "$last"`,
		"docker": `echo "docker $*"; case "$1" in network) exit 1 ;; esac; cat /dev/stdin; exit 3`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	}

	hook := func(command, address string) (string, error) {
		run := exec.CommandContext(t.Context(), filepath.Join(".kamal", "hooks", "pre-deploy"))
		run.Env = []string{
			"PATH=" + folder + ":/usr/bin:/bin", "KAMAL_COMMAND=" + command, "KAMAL_DESTINATION=staging", "KAMAL_VERSION=v1.2.3", "ZEITWORK_DATABASE_URL=" + address,
		}
		output, err := run.CombinedOutput()

		return string(output), err
	}

	const address = `postgres://zeitwork:it's $ecret@db/zeitwork`

	printed, err := hook("deploy", address)
	require.Error(t, err, "a schema that is refused ends the deployment")
	require.Contains(t, printed, "server exec --destination staging --version v1.2.3 --primary --roles web --interactive docker network inspect kamal ")

	before, environment, ok := strings.Cut(printed, " migrate --additive\n")
	require.True(t, ok, printed)
	require.Equal(t, "ZEITWORK_DATABASE_URL="+address+"\n", environment)
	require.NotContains(t, before, "$ecret", "the command line has no secret")

	for _, destination := range kamal.Destinations() {
		config, whole, err := kamal.Read(".", destination)
		require.NoError(t, err)

		server := whole["registry"].(map[string]any)["server"].(string)
		require.True(t, strings.HasSuffix(before, "--network kamal --env-file /dev/stdin "+server+"/"+config.Image+":v1.2.3"), before)
	}

	printed, err = hook("deploy", "")
	require.Error(t, err)
	require.Equal(t, "pre-deploy: ZEITWORK_DATABASE_URL is empty: say in .kamal/secrets.staging where it is, and deploy again\n", printed)

	printed, err = hook("rollback", address)
	require.NoError(t, err)
	require.Empty(t, printed)
}
