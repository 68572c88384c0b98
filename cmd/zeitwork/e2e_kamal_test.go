package main_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/kamal"
)

func TestKamal_HealthPath_IsAnsweredByTheAPI(t *testing.T) {
	t.Parallel()

	p := startPlatform(t)

	for _, destination := range kamal.Destinations() {
		config, _, err := kamal.Read("../../kamal", destination)
		require.NoError(t, err)

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.apiURL+config.Proxy.HealthCheck.Path, nil)
		require.NoError(t, err)

		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode)
	}
}
