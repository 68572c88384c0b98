package httpsignature_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

// The signature goes by the server's clock, so that it does not tell what the machine's own says.
func TestTransport_TellsWhatTheMachinesOwnClockSays(t *testing.T) {
	t.Parallel()

	key, _, err := httpsignature.NewKey()
	require.NoError(t, err)

	const behind = time.Hour

	told := make(chan time.Duration, 2)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serversClock := time.Now().Add(behind)
		w.Header().Set("Date", serversClock.UTC().Format(http.TimeFormat))

		ahead, ok := httpsignature.ClockAhead(r, serversClock)
		if ok {
			told <- ahead
		}
	}))
	t.Cleanup(server.Close)

	signed := &http.Client{Transport: &httpsignature.Transport{Key: key, Next: http.DefaultTransport}}

	for range 2 {
		response, err := signed.Get(server.URL) //nolint:noctx // It is the test's own server.
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.InDelta(t, -behind, <-told, float64(time.Minute), "also once the machine knows the server's")
	}

	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	_, ok := httpsignature.ClockAhead(request, time.Now())
	require.False(t, ok, "a machine of a version before does not tell")
}
