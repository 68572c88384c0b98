package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/kamal"
	"github.com/zeitwork/zeitwork/test/rig"
)

// controlPlane is API and workers as Kamal runs them on one machine.
type controlPlane struct {
	config  kamal.Config
	secrets map[string]string
	docker  *docker
	proxy   *kamalProxy
	// database is the URL of its empty database on this machine; secrets has the one in the containers' network.
	database string

	web, worker map[string]*dockerContainer
}

// newControlPlane prepares what Kamal needs. The images are still to be loaded, and settings that differ from one platform to the next to be made.
func newControlPlane(t *testing.T) *controlPlane {
	t.Helper()

	database := databasetest.NewEmptyURL(t)
	c := &controlPlane{docker: newDocker(t), database: database, web: map[string]*dockerContainer{}, worker: map[string]*dockerContainer{}}

	var err error

	c.config, _, err = kamal.Read("../kamal", flipDestination)
	require.NoError(t, err)

	inside, err := url.Parse(database)
	require.NoError(t, err)

	inside.Host = c.docker.network.offer(t, inside.Host)
	c.secrets = map[string]string{"ZEITWORK_SECRET_KEY": secret.GenerateKey().Encode(), "ZEITWORK_DATABASE_URL": inside.String()}

	return c
}

// image is the name by which Kamal knows the image of a version.
func (c *controlPlane) image(version string) string {
	return c.config.Registry.Server + "/" + c.config.Image + ":" + version
}

func (c *controlPlane) pool(t *testing.T) *pgxpool.Pool {
	t.Helper()

	pool, err := pgxpool.New(t.Context(), c.database)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	return pool
}

// container is what Kamal starts for a role.
func (c *controlPlane) container(t *testing.T, role, version string) kamal.Container {
	t.Helper()

	container, err := c.config.Container(flipDestination, role, version, c.secrets)
	require.NoError(t, err)

	return container
}

// once runs a command in a container of the image, and returns what it wrote.
func (c *controlPlane) once(t *testing.T, version, name string, environment []string, command ...string) string {
	t.Helper()

	container := c.container(t, "web", version)
	container.Name, container.Command, container.Environment, container.StopTimeout = name+"-"+version, command, environment, flipPatience
	container.Labels = nil

	run := c.docker.run(t, container)
	require.NoError(t, run.wait(t.Context()))

	return run.written()
}

// migrate is the hook before a deployment.
func (c *controlPlane) migrate(t *testing.T, version string) {
	t.Helper()

	c.once(t, version, "pre-deploy", []string{"ZEITWORK_DATABASE_URL=" + c.secrets["ZEITWORK_DATABASE_URL"]}, "migrate", "--additive")
}

// boot is the first deployment: the hook's migration, and the containers.
func (c *controlPlane) boot(t *testing.T, version string) {
	t.Helper()

	c.proxy = &kamalProxy{config: c.config, drain: time.Duration(c.config.DrainTimeout) * time.Second / shorter, dial: c.docker.network.dial}
	c.migrate(t, version)

	c.web[version], c.worker[version] = c.docker.run(t, c.container(t, "web", version)), c.docker.run(t, c.container(t, "worker", version))
	require.NoError(t, c.proxy.deploy(t.Context(), c.web[version].address.String()))

	// Kamal knows its containers by these.
	for role, container := range map[string]*dockerContainer{"web": c.web[version], "worker": c.worker[version]} {
		require.Equal(t, []string{container.Name}, c.docker.find(t, map[string]string{"service": "zeitwork", "role": role, "destination": flipDestination}))
	}
}

// bootstrap makes the operator, and returns a token of theirs.
func (c *controlPlane) bootstrap(t *testing.T, version string) string {
	t.Helper()

	written := c.once(t, version, "app-exec", c.web[version].Environment, "admin", "bootstrap", "--email", "ada@example.com")

	var tokens struct {
		User string `json:"user"`
	}

	for line := range strings.Lines(written) {
		if strings.HasPrefix(line, "{") {
			require.NoError(t, json.Unmarshal([]byte(line), &tokens))
		}
	}

	require.NotEmpty(t, tokens.User, written)

	return tokens.User
}

// serve has the proxy end TLS at an address of this machine, which it returns with the certificate.
func (c *controlPlane) serve(t *testing.T) (address string, chain []byte) {
	t.Helper()

	chain, key, err := rig.NewCertificate(c.config.Proxy.Host)
	require.NoError(t, err)
	certificate, err := tls.X509KeyPair(chain, key)
	require.NoError(t, err)

	server := httptest.NewUnstartedServer(c.proxy)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)

	return server.Listener.Addr().String(), chain
}

// stop stops what runs of a version, as `kamal app stop` does.
func (c *controlPlane) stop(t *testing.T, version string) {
	t.Helper()

	var group errgroup.Group

	for _, container := range []*dockerContainer{c.web[version], c.worker[version]} {
		group.Go(func() error { return container.stop(context.WithoutCancel(t.Context())) })
	}

	require.NoError(t, group.Wait())
}
