package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/liveline"
)

func TestWatch_DeploymentThatIsHeld_EndsThoughItsStreamsGoOn(t *testing.T) {
	t.Parallel()

	deployment := id.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/deployments/"+deployment.String()+"/events" {
			_, _ = fmt.Fprintf(w, "event: deployment\ndata: {\"id\":%q,\"state\":\"deploying\",\"held_at\":\"2026-01-02T03:04:05Z\"}\n\n", deployment)
		}

		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)

	api, err := Connect(server.URL, "zwu_x")
	require.NoError(t, err)

	held, err := Watch(t.Context(), api, deployment, NewProgress(liveline.New(io.Discard, nil)))
	require.NoError(t, err)
	require.NotNil(t, held.HeldAt)
	require.Equal(t, ExitStopped, ExitCode(Outcome(held)))
}
