package main_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/test/rig"
)

// firstRun is a platform as its operator finds it who has just set it up: an API on a database of its own, with no GitHub App and no worker.
type firstRun struct {
	url     string
	environ []string
	binary  string
}

func startFirstRun(t *testing.T, p *platform) firstRun {
	t.Helper()

	port, err := rig.FreePort(t.Context())
	require.NoError(t, err)

	address := fmt.Sprintf("127.0.0.1:%d", port)
	github := shared.platform.GitHubURL()
	run := firstRun{url: "http://" + address, binary: p.binary, environ: append(os.Environ(),
		"ZEITWORK_DATABASE_URL="+newDatabase(t),
		"ZEITWORK_SECRET_KEY="+shared.platform.SecretKey().Encode(),
		"ZEITWORK_API_LISTEN="+address,
		"ZEITWORK_PUBLIC_URL=http://"+address,
		"ZEITWORK_DASHBOARD_URL=http://"+address,
		"ZEITWORK_BASE_DOMAIN=first.localhost",
		"ZEITWORK_EDGE_URL="+p.edgeURL,
		"ZEITWORK_REGISTRY_HOST="+shared.platform.Registry(),
		"ZEITWORK_REGISTRY_INSECURE=true",
		"ZEITWORK_GITHUB_URL="+github,
		"ZEITWORK_GITHUB_API_URL="+github+"/api/v3",
	)}

	run.command(t, "migrate")
	run.serve(t)

	return run
}

// newDatabase makes an empty database on the platform's Postgres and returns its URL.
func newDatabase(t *testing.T) string {
	t.Helper()

	name := pgx.Identifier{"first_" + id.New().String()[24:]}.Sanitize()
	connection := connectDatabase(t)

	_, err := connection.Exec(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := connection.Exec(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	})

	address, err := url.Parse(shared.platform.DatabaseURL())
	require.NoError(t, err)
	address.Path = "/" + strings.Trim(name, `"`)

	return address.String()
}

// serve runs the API until the test has ended.
func (r firstRun) serve(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	api := exec.CommandContext(ctx, r.binary, "api")
	api.Env, api.Stdout, api.Stderr = r.environ, t.Output(), t.Output()
	require.NoError(t, api.Start())
	t.Cleanup(func() {
		cancel()

		_ = api.Wait() // It was killed.
	})

	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/healthz", nil)
		require.NoError(t, err)

		answer, err := http.DefaultClient.Do(request)

		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, time.Minute, 50*time.Millisecond, "the API of the first run does not answer")
}

// operatorCode makes the first operator, and returns a code that signs them in.
func (r firstRun) operatorCode(t *testing.T) string {
	t.Helper()

	const email = "first@example.com"

	r.command(t, "admin", "users", "add", email, "--operator")
	code := regexp.MustCompile(`[A-Z2-7]{8}-[A-Z2-7]{8}`).FindString(r.command(t, "admin", "users", "sign-in", email))
	require.NotEmpty(t, code)

	return code
}

func (r firstRun) command(t *testing.T, arguments ...string) string {
	t.Helper()

	command := exec.CommandContext(t.Context(), r.binary, arguments...)
	command.Env = r.environ

	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)

	return string(output)
}
