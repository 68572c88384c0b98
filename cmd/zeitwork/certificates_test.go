package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities"
	"github.com/zeitwork/zeitwork/activities/authority"
	"github.com/zeitwork/zeitwork/activities/authority/authoritytest"
	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
	"github.com/zeitwork/zeitwork/database/keyring"
	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/secret"
	"github.com/zeitwork/zeitwork/test/rig"
	"github.com/zeitwork/zeitwork/workflows"
)

// TestCertificates_OfProvenDomains_AreShownByEdges has an API, a worker and an edge, as they are run, order a certificate from an authority that finds the
// edge by the DNS.
func TestCertificates_OfProvenDomains_AreShownByEdges(t *testing.T) {
	t.Parallel()

	const hostname = "shop.example.org"

	databaseConfig, key, tokens, logger := databasetest.Config(t), secret.GenerateKey(), api.NewTokens(), slog.New(slog.DiscardHandler)
	apiPort, edgePort, tlsPort := port(t), port(t), port(t)

	pool, err := database.Open(t.Context(), databaseConfig)
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	apiSettings := settings[apiConfig](t, map[string]string{
		"ZEITWORK_SECRET_KEY": key.Encode(), "ZEITWORK_BASE_DOMAIN": "apps.example.com", "ZEITWORK_REGISTRY_HOST": "registry.example.com",
		"ZEITWORK_API_LISTEN": "127.0.0.1:" + apiPort, "ZEITWORK_DATABASE_URL": databaseConfig.URL,
	})
	apiSettings.Database = databaseConfig

	require.NoError(t, api.Bootstrap{
		Email: "owner@example.com", Organisation: "first", Node: "node-1", Edge: "edge-1", Region: "here", ClusterRange: apiSettings.API.ClusterRange, Tokens: tokens,
	}.Run(t.Context(), pool))

	project := id.New()
	_, err = pool.Exec(t.Context(), `INSERT INTO projects (id, organisation_id, name, slug, repository_url, auto_deploy)
		SELECT $1, id, 'Shop', 'shop', 'https://git.example.com/shop.git', false FROM organisations LIMIT 1`, project)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `INSERT INTO domains (id, project_id, hostname, kind, verification_token, verified_at, next_check_at)
		VALUES ($1, $2, $3, 'custom', 'token', now(), now() + interval '1 day')`, id.New(), project, hostname)
	require.NoError(t, err)

	names := dnstest.New(t)
	names.Set(t, hostname, "A 127.0.0.1")

	number, err := strconv.Atoi(edgePort)
	require.NoError(t, err)

	server := authoritytest.New(t, names.Address, number)
	issuer, err := authority.New(authority.Config{DirectoryURL: server.DirectoryURL}, server.Transport)
	require.NoError(t, err)

	keys, err := keyring.Open(t.Context(), pool, secret.Keys{Current: key})
	require.NoError(t, err)

	listener := database.NewListener(databaseConfig, logger)
	// It builds nothing, and so needs neither of what it would build with.
	config := settings[workerConfig](t, map[string]string{
		"ZEITWORK_SECRET_KEY": key.Encode(), "ZEITWORK_REGISTRY_HOST": "127.0.0.1:1", "ZEITWORK_DATABASE_URL": databaseConfig.URL,
		"ZEITWORK_BUILDKIT_ADDRESS": "tcp://127.0.0.1:1",
	})
	registry := activities.NewRegistry(config.Registry, key)
	worker, err := workflows.NewWorker(config.Worker, workflows.Dependencies{
		Pool: pool, Listener: listener, Keyring: keys, Authority: issuer, Logger: logger,
		Builder: activities.NewBuilder(config.Builder, registry, key), Publisher: registry, Collector: registry,
	})
	require.NoError(t, err)

	edge, err := edgeproxy.New(settings[edgeproxy.Config](t, map[string]string{
		"ZEITWORK_API_URL": "http://127.0.0.1:" + apiPort, "ZEITWORK_EDGE_TOKEN": tokens.Edge, "ZEITWORK_EDGE_LISTEN": "127.0.0.1:" + edgePort,
		"ZEITWORK_EDGE_TLS_LISTEN": "127.0.0.1:" + tlsPort, "ZEITWORK_EDGE_DATA_DIR": t.TempDir(), "ZEITWORK_EDGE_DRAIN_DELAY": "0s",
	}), logger)
	require.NoError(t, err)

	running(t, func(ctx context.Context) error { return runAPI(ctx, apiSettings, parts{logger: logger}) }, listener.Run, worker.Run, edge.Run)

	require.Eventually(t, func() bool {
		dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{
			ServerName: hostname, InsecureSkipVerify: true,
		}}

		connection, err := dialer.DialContext(t.Context(), "tcp", "127.0.0.1:"+tlsPort)
		if err != nil {
			return false
		}

		defer func() { _ = connection.Close() }()

		encrypted, _ := connection.(*tls.Conn)

		return encrypted.ConnectionState().PeerCertificates[0].VerifyHostname(hostname) == nil
	}, time.Minute, 50*time.Millisecond)

	require.EqualValues(t, 1, server.Orders.Load())
}

// port returns one that nobody listens on.
func port(t *testing.T) string {
	t.Helper()

	free, err := rig.FreePort(t.Context())
	require.NoError(t, err)

	return strconv.Itoa(free)
}

// settings are those of a service that is started with an environment.
func settings[T any](t *testing.T, environment map[string]string) T {
	t.Helper()

	parsed, err := env.ParseAsWithOptions[T](env.Options{Environment: environment})
	require.NoError(t, err)

	return parsed
}

// running runs services until the test ends.
func running(t *testing.T, services ...func(context.Context) error) {
	t.Helper()

	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan struct{})

	go func() {
		defer close(stopped)

		_ = together(ctx, services...)
	}()

	t.Cleanup(func() {
		stop()
		<-stopped
	})
}
