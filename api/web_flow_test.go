package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// returning is the request of a browser that comes back with those cookies.
func returning(cookies ...*http.Cookie) *http.Request {
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}

	return request
}

func TestWebFlow_IsFinishedOnceByItsBrowserForItsPurpose(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := b.server.service

	begun, err := s.beginFlow(t.Context(), flowStart{Purpose: flowSignIn, ReturnTo: "/account?a=b", Details: map[string]string{"name": "x"}})
	require.NoError(t, err)

	other, err := s.beginFlow(t.Context(), flowStart{Purpose: flowSignIn})
	require.NoError(t, err)
	require.NotEqual(t, begun.Cookie.Name, other.Cookie.Name, "two tabs have a cookie each")

	planted := *other.Cookie
	planted.Name = begun.Cookie.Name

	for name, attempt := range map[string]struct {
		purpose string
		request *http.Request
	}{
		"no cookie":                      {flowSignIn, returning()},
		"the cookie of another flow":     {flowSignIn, returning(other.Cookie)},
		"another browser's half planted": {flowSignIn, returning(&planted)},
		"another purpose":                {flowConnect, returning(begun.Cookie)},
	} {
		_, _, err := s.finishFlow(t.Context(), attempt.purpose, begun.State, attempt.request)
		require.Equal(t, problem.Invalid, problem.CodeOf(err), name)
	}

	flow, forget, err := s.finishFlow(t.Context(), flowSignIn, begun.State, returning(begun.Cookie, other.Cookie))
	require.NoError(t, err, "none of these attempts has used it")
	require.Equal(t, begun.ID, flow.ID)
	require.Equal(t, "/account?a=b", flow.ReturnTo)
	require.JSONEq(t, `{"name":"x"}`, string(flow.Details))
	require.Equal(t, begun.Cookie.Name, forget.Name)
	require.Negative(t, forget.MaxAge)

	_, _, err = s.finishFlow(t.Context(), flowSignIn, begun.State, returning(begun.Cookie))
	require.Equal(t, problem.Invalid, problem.CodeOf(err), "a state that is replayed")
}

func TestWebFlow_AfterTenMinutes_IsOver(t *testing.T) {
	t.Parallel()

	b := setup(t)
	s := b.server.service

	begun, err := s.beginFlow(t.Context(), flowStart{Purpose: flowSignIn})
	require.NoError(t, err)

	_, err = b.pool.Exec(t.Context(), "UPDATE web_flows SET expires_at = now() WHERE id = $1", begun.ID)
	require.NoError(t, err)

	_, _, err = s.finishFlow(t.Context(), flowSignIn, begun.State, returning(begun.Cookie))
	require.Equal(t, problem.Invalid, problem.CodeOf(err))
}

func TestVerifier_IsOneOfPKCEAndOfItsFlow(t *testing.T) {
	t.Parallel()

	s := setup(t).server.service
	flow := id.New()

	again := s.verifier(flow)

	require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, again)
	require.Equal(t, again, s.verifier(flow))
	require.NotEqual(t, s.verifier(flow), s.verifier(id.New()))
}
