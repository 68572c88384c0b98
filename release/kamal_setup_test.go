package main

import (
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/kamal"
	"github.com/zeitwork/zeitwork/test/rig"
)

// flipBundle is the control plane as Kamal runs it on one machine, with what it needs beside it.
type flipBundle struct {
	config  kamal.Config
	secrets map[string]string
	docker  *docker
	proxy   *kamalProxy
	git     *gitServer
	pool    *pgxpool.Pool
	crowd   *crowd

	web, worker map[string]*dockerContainer
}

func setupFlips(t *testing.T, versions []string) *flipBundle {
	t.Helper()

	registry := os.Getenv("ZEITWORK_TEST_REGISTRY")
	if registry == "" {
		t.Skip("ZEITWORK_TEST_REGISTRY is not set: run the tests through `go tool task test`, which starts a registry for them")
	}

	address := databasetest.NewEmptyURL(t)
	b := &flipBundle{docker: newDocker(t), git: newGitServer(t), web: map[string]*dockerContainer{}, worker: map[string]*dockerContainer{}}

	var err error

	b.config, _, err = kamal.Read("../kamal", flipDestination)
	require.NoError(t, err)

	b.docker.load(t, workerImage(t), lo.Map(versions, func(version string, _ int) string {
		return b.config.Registry.Server + "/" + b.config.Image + ":" + version
	})...)

	b.pool, err = pgxpool.New(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(b.pool.Close)

	inside, err := url.Parse(address)
	require.NoError(t, err)

	inside.Host = b.docker.network.offer(t, inside.Host)
	b.secrets = map[string]string{"ZEITWORK_SECRET_KEY": secret.GenerateKey().Encode(), "ZEITWORK_DATABASE_URL": inside.String()}

	// What differs from one platform to the next.
	maps.Copy(b.config.Env.Clear, map[string]string{
		"ZEITWORK_REGISTRY_HOST": b.docker.network.offer(t, registry), "ZEITWORK_REGISTRY_INSECURE": "true",
		"ZEITWORK_GIT_PROTOCOLS": "http", "ZEITWORK_SOURCE_INTERNAL_RANGES": b.docker.network.gateway.String() + "/32",
	})

	b.proxy = &kamalProxy{config: b.config, drain: time.Duration(b.config.DrainTimeout) * time.Second / shorter, dial: b.docker.network.dial}

	return b
}

// workerImage makes the image as a release does, of this machine's own files, and returns the archive.
func workerImage(t *testing.T) string {
	t.Helper()

	r, _ := testRelease(t)
	r.repository = "ghcr.io/zeitwork"

	program := filepath.Join(t.TempDir(), "zeitwork")
	require.NoError(t, rig.BuildZeitwork(t.Context(), program, ""))

	worker, ok := lo.Find(recipes(), func(r recipe) bool { return r.name == "zeitwork-worker" })
	require.True(t, ok)

	image, _, err := r.image(worker, runtime.GOARCH, program, "", hostFiles(t))
	require.NoError(t, err)

	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), mutate.IndexAddendum{Add: image})
	require.NoError(t, r.writeImage(t.Context(), worker.name, index))

	return filepath.Join(r.out, worker.name+"-"+r.identity.version+".oci.tar")
}

// container is what Kamal starts for a role.
func (b *flipBundle) container(t *testing.T, role, version string) kamal.Container {
	t.Helper()

	container, err := b.config.Container(flipDestination, role, version, b.secrets)
	require.NoError(t, err)

	return container
}

// once runs a command in a container of the image, and returns what it wrote.
func (b *flipBundle) once(t *testing.T, version, name string, environment []string, command ...string) string {
	t.Helper()

	container := b.container(t, "web", version)
	container.Name, container.Command, container.Environment, container.StopTimeout = name, command, environment, flipPatience
	container.Labels = nil

	run := b.docker.run(t, container)
	require.NoError(t, run.wait(t.Context()))

	return run.written()
}

// boot is the first deployment: the hook's migration, the containers, and the operator.
func (b *flipBundle) boot(t *testing.T, version string) {
	t.Helper()

	b.once(t, version, "pre-deploy", []string{"ZEITWORK_DATABASE_URL=" + b.secrets["ZEITWORK_DATABASE_URL"]}, "migrate", "--additive")

	b.web[version], b.worker[version] = b.docker.run(t, b.container(t, "web", version)), b.docker.run(t, b.container(t, "worker", version))
	require.NoError(t, b.proxy.deploy(t.Context(), b.web[version].address.String()))

	// Kamal knows its containers by these.
	for role, container := range map[string]*dockerContainer{"web": b.web[version], "worker": b.worker[version]} {
		require.Equal(t, []string{container.Name}, b.docker.find(t, map[string]string{"service": "zeitwork", "role": role, "destination": flipDestination}))
	}
}

// enter brings the crowd to the platform.
func (b *flipBundle) enter(t *testing.T) {
	t.Helper()

	written := b.once(t, "v1.2.3-rc.1", "app-exec", b.web["v1.2.3-rc.1"].Environment, "admin", "bootstrap", "--email", "ada@example.com")

	var tokens struct {
		User string `json:"user"`
	}

	for line := range strings.Lines(written) {
		if strings.HasPrefix(line, "{") {
			require.NoError(t, json.Unmarshal([]byte(line), &tokens))
		}
	}

	require.NotEmpty(t, tokens.User, written)

	chain, key, err := rig.NewCertificate(b.config.Proxy.Host)
	require.NoError(t, err)
	certificate, err := tls.X509KeyPair(chain, key)
	require.NoError(t, err)

	server := httptest.NewUnstartedServer(b.proxy)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)

	repository := "http://" + b.docker.network.offer(t, b.git.Listener.Addr().String()) + "/app"
	b.crowd = newCrowd(t, "https://"+b.config.Proxy.Host, server.Listener.Addr().String(), chain, tokens.User, repository)
	b.crowd.come(t)
}
