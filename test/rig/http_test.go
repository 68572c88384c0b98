package rig

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo is a server that answers with what it was asked.
func echo(t *testing.T) string {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
		_, _ = io.WriteString(w, strings.Join([]string{r.Method, r.Host, r.Header.Get("X-Forwarded-Proto"), string(body)}, " "))
	}))
	t.Cleanup(server.Close)

	return server.URL
}

func TestTransport_Ask_NamesTheHostAndFollowsNoRedirect(t *testing.T) {
	t.Parallel()

	url := echo(t)

	answer, err := Transport{Host: "web.localhost", HTTPS: true}.Ask(t.Context(), http.MethodPost, url, strings.NewReader("body"))
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, answer.Status)
	require.Equal(t, "POST web.localhost https body", answer.Body)
	require.Equal(t, "/elsewhere", answer.Header.Get("Location"))

	answer, err = Transport{}.Ask(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	require.Equal(t, "GET "+strings.TrimPrefix(url, "http://")+"  ", answer.Body)
}

func TestTransport_AwaitOK_WaitsForTheStatusAndTheText(t *testing.T) {
	t.Parallel()

	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++

		switch asked {
		case 1:
			http.Error(w, "version 2", http.StatusBadGateway)
		case 2:
			_, _ = io.WriteString(w, "version 1")
		default:
			_, _ = io.WriteString(w, "version 2")
		}
	}))
	t.Cleanup(server.Close)

	require.NoError(t, Transport{}.AwaitOK(t.Context(), server.URL, "version 2"))
	require.Equal(t, 3, asked)
}

func TestTransport_AwaitOK_ContextEnds_SaysWhatTheLastAnswerWas(t *testing.T) {
	t.Parallel()

	url := echo(t)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	err := Transport{}.AwaitOK(ctx, url, "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, url)
}
