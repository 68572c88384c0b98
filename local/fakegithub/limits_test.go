package fakegithub_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/local/fakegithub"
	"github.com/zeitwork/zeitwork/test/githubtest"
)

func setupWith(t *testing.T, limits fakegithub.Limits) *testBundle {
	t.Helper()

	server := githubtest.WithLimits(t, limits)

	return &testBundle{Server: server, Example: server.NewExample(t)}
}

func TestLimit_OfAnHour_RefusesUntilItIsOver(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PerHour = 3
	b := setupWith(t, limits)
	token := b.token(t, "")

	for left := 2; left >= 0; left-- {
		allowed := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "")
		require.Equal(t, http.StatusOK, allowed.status)
		require.Equal(t, strconv.Itoa(left), allowed.header.Get("X-Ratelimit-Remaining"))
		require.Equal(t, "core", allowed.header.Get("X-Ratelimit-Resource"))
		b.Clock.Advance(time.Second)
	}

	refused := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "")
	require.Equal(t, http.StatusForbidden, refused.status)
	require.Equal(t, "0", refused.header.Get("X-Ratelimit-Remaining"))
	require.Contains(t, refused.field(t, "message"), "API rate limit exceeded")
	require.Equal(t, 1, b.Refused())

	reset, err := strconv.ParseInt(refused.header.Get("X-Ratelimit-Reset"), 10, 64)
	require.NoError(t, err)
	b.Clock.Advance(time.Unix(reset, 0).Sub(b.Clock.Now()))
	require.Equal(t, http.StatusUnauthorized, b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "").status, "the token is over as well")
	require.Equal(t, http.StatusOK, b.ask(t, "GET", "/api/v3/repos/acme/shop", b.token(t, ""), "").status)
}

func TestLimit_OfAMinute_CountsWritingFiveTimes(t *testing.T) {
	t.Parallel()

	limits := fakegithub.DefaultLimits()
	limits.PointsPerMinute = 11
	b := setupWith(t, limits)
	token := b.token(t, "")

	for range 2 {
		require.Equal(t, http.StatusCreated, b.ask(t, "POST", "/api/v3/repos/acme/shop/statuses/"+b.Commit, token, `{"state":"success"}`).status)
	}

	require.Equal(t, http.StatusOK, b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "").status)

	refused := b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "")
	require.Equal(t, http.StatusForbidden, refused.status)
	require.Equal(t, "60", refused.header.Get("Retry-After"))
	require.Contains(t, refused.field(t, "message"), "secondary rate limit")

	b.Clock.Advance(time.Minute)
	require.Equal(t, http.StatusOK, b.ask(t, "GET", "/api/v3/repos/acme/shop", token, "").status)
	require.Equal(t, 11, b.Usage()[fmt.Sprintf("installation %d", b.Installation)].MostPointsPerMinute)
}

func TestLimit_OfAnInstallation_GrowsWithItsRepositories(t *testing.T) {
	t.Parallel()

	b := setup(t)
	for n := range 30 {
		b.AddRepository(fakegithub.Repository{Owner: githubtest.Organization, Name: fmt.Sprintf("r%d", n)})
	}

	// 31 repositories are 11 beyond the twenty that are included.
	require.Equal(t, "5550", b.ask(t, "GET", "/api/v3/repos/acme/shop", b.token(t, ""), "").header.Get("X-Ratelimit-Limit"))
}
