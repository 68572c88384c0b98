package cli

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
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

func TestWatch_ProjectIsDeletedMeanwhile_SaysSo(t *testing.T) {
	t.Parallel()

	deployment := id.New()

	var opened atomic.Int32

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/deployments/"+deployment.String()+"/events" {
			<-r.Context().Done()

			return
		}

		if opened.Add(1) > 1 {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"detail":"There is no such deployment, or it is not yours."}`)

			return
		}

		_, _ = fmt.Fprintf(w, "event: deployment\ndata: {\"id\":%q,\"state\":\"deploying\"}\n\n", deployment)
	}))
	t.Cleanup(server.Close)

	api, err := Connect(server.URL, "zwu_x")
	require.NoError(t, err)

	_, err = Watch(t.Context(), api, deployment, NewProgress(liveline.New(io.Discard, nil)))
	require.EqualError(t, err, "the deployment is gone: its project was deleted")
	require.Equal(t, ExitStopped, ExitCode(err))
}
