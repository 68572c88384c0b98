package api

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/problem"

	"github.com/zeitwork/zeitwork/client"
)

func TestCallerUse_UserAsksTooMuch_WaitsAndAnotherDoesNot(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		use := newCallerUse(CallerLimits{RequestsPerMinute: 60})
		user, other := uuid.New(), uuid.New()

		for range 10 {
			require.Zero(t, use.request(user), "a sixth of a minute's requests may come at once")
		}

		require.Equal(t, time.Second, use.request(user))
		require.Equal(t, time.Second, use.request(user), "a request that is not answered is not counted")
		require.Zero(t, use.request(other))

		time.Sleep(time.Second)
		require.Zero(t, use.request(user))
		require.Equal(t, time.Second, use.request(user))
	})
}

func TestCallerUse_ManyUsersOfLongAgo_AreForgotten(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		use := newCallerUse(CallerLimits{RequestsPerMinute: 60, Streams: 1})

		follower := uuid.New()
		_, err := use.openStream(follower)
		require.NoError(t, err)

		for range manyCallers {
			use.request(uuid.New())
		}

		time.Sleep(2 * time.Minute)
		use.request(uuid.New())
		require.Len(t, use.callers, 2)

		_, err = use.openStream(follower)
		require.Equal(t, problem.TooMany, problem.CodeOf(err), "a stream that is open is still counted")
	})
}

func TestRequests_UserAsksTooMuch_429AndWhenToAskAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.use = newCallerUse(CallerLimits{RequestsPerMinute: 1})
	other := b.addUser(t, "other@example.com")

	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.User, "/v1/me", "", nil).StatusCode)

	refused := b.send(t, http.MethodGet, b.tokens.User, "/v1/me", "", nil)
	require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
	require.Contains(t, refused.text, `"code":"too_many"`)
	require.Equal(t, "60", refused.Header.Get("Retry-After"))

	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, other, "/v1/me", "", nil).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.Edge, "/v1/edge/routes", "", nil).StatusCode)
	require.Equal(t, http.StatusOK, b.send(t, http.MethodGet, b.tokens.Edge, "/v1/edge/routes", "", nil).StatusCode, "edges are not bounded")
}

func TestStreams_UserFollowsTooMuch_429UntilOneEnds(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.use = newCallerUse(CallerLimits{RequestsPerMinute: 6000, Streams: 1})
	deployment := b.deployment(t, b.project(t).ID)
	path := "/v1/deployments/" + deployment.ID.String() + "/events"

	first := b.stream(t, path, "")
	<-first.events

	refused := b.send(t, http.MethodGet, b.tokens.User, path, "", nil)
	require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
	require.Contains(t, refused.text, "You may have at most 1 streams open at once, of logs, deployments and changes. End one of them first.")

	first.stop()
	require.Eventually(t, func() bool { return b.server.service.use.open() == 0 }, 10*time.Second, 10*time.Millisecond)
	<-b.stream(t, path, "").events
}

// open is how many streams of all users are open.
func (u *callerUse) open() (streams int) {
	u.mutex.Lock()
	defer u.mutex.Unlock()

	for _, use := range u.callers {
		streams += use.streams
	}

	return streams
}

func TestOrganisations_OfOneUser_AreBounded(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.server.service.use = newCallerUse(CallerLimits{RequestsPerMinute: 6000, Organisations: 2})

	made, err := b.stranger.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "second"})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, made.StatusCode(), "%s", made.Body)

	refused, err := b.stranger.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "third"})
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, refused.StatusCode())
	require.Contains(t, string(refused.Body), "You own 2 organisations")

	// Operators make them for others.
	made, err = b.owner.CreateOrganisationWithResponse(t.Context(), nil, client.CreateOrganisationInputBody{Name: "fourth"})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, made.StatusCode())
}
