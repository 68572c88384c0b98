package api

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/database/databasetest"
)

func TestRun_ThatIsStopped_AnswersWhoWaits(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.project(t) // The route table has a version that can be acknowledged.

	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	address := free.Addr().String()
	require.NoError(t, free.Close())

	config := b.server.config
	config.Listen = address

	server, err := New(config, Parts{
		Pool: b.pool, Listener: database.NewListener(databasetest.Config(t), b.server.service.logger),
		Deployments: b.server.service.deployments, Logger: b.server.service.logger,
	})
	require.NoError(t, err)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()

	stopped := make(chan error, 1)

	go func() { stopped <- server.Run(ctx) }()

	ask := func(path, etag string) (status int, newETag string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+b.tokens.Edge)
		request.Header.Set("If-None-Match", etag)

		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, ""
		}
		defer func() { _ = response.Body.Close() }()

		return response.StatusCode, response.Header.Get("ETag")
	}

	require.Eventually(t, func() bool {
		status, _ := ask("/healthz", "")

		return status == http.StatusOK
	}, 10*time.Second, 10*time.Millisecond)

	_, etag := ask("/v1/edge/routes", "")
	waited := make(chan int, 1)

	go func() {
		status, _ := ask("/v1/edge/routes?wait_seconds=60", etag)
		waited <- status
	}()

	// The edge has acknowledged: its request waits now.
	require.Eventually(t, func() bool {
		edge, err := b.queries.EdgeByName(t.Context(), "edge-1")

		return err == nil && edge.AcknowledgedVersion > 0
	}, 10*time.Second, 10*time.Millisecond)

	stop()
	require.Equal(t, http.StatusNotModified, <-waited)
	require.NoError(t, <-stopped)
}
