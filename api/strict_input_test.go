package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBodies_ThatWouldBeChangedWithoutAWord_AreRefused(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t)
	header := func() http.Header { return http.Header{"Content-Type": {"application/json"}} }
	variable := "/v1/projects/" + project.ID.String() + "/environment-variables/A"

	for body, test := range map[string]struct {
		status int
		says   string
	}{
		`{"value":"a` + "\xff" + `"}`: {http.StatusBadRequest, "not UTF-8"},
		`{"value":"\ud83d"}`:          {http.StatusBadRequest, "surrogate"},
		`{"value":"\ude00\ud83d"}`:    {http.StatusBadRequest, "surrogate"},
		`{"value":"\\ud83d"}`:         {http.StatusOK, `"A"`},
		`{"value":"\ud83d\ude00 �"}`:  {http.StatusOK, `"A"`},
		`{"value":null}`:              {http.StatusUnprocessableEntity, "leave the field out"},
		`{"VALUE":"a"}`:               {http.StatusUnprocessableEntity, "unexpected property"},
	} {
		answer := b.send(t, http.MethodPut, b.tokens.User, variable, body, header())
		require.Equal(t, test.status, answer.StatusCode, "%s: %s", body, answer.text)
		require.Contains(t, answer.text, test.says, body)
	}

	// Who gives null means to clear the setting, and must not be told that it is done.
	answer := b.send(t, http.MethodPatch, b.tokens.User, "/v1/projects/"+project.ID.String(), `{"port":null}`, header())
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	require.Contains(t, answer.text, `"body.port"`)

	for _, name := range []string{"a\x00b", "a\nb", "\x1b[31mred", "a\u0085b"} {
		answer := b.post(t, b.tokens.User, "/v1/organisations", toJSON(t, map[string]string{"name": name}), header())
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "%q", name)
		require.Contains(t, answer.text, "without control characters")
		require.NotContains(t, answer.text, "pattern")
	}
}

func TestQuery_ParameterWithoutAValue_IsRefusedWhereOneIsNeeded(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for query, status := range map[string]int{
		"limit=": http.StatusUnprocessableEntity, "cursor=": http.StatusUnprocessableEntity, "organisation_id=": http.StatusUnprocessableEntity,
		"slug=": http.StatusOK, "limit=201": http.StatusUnprocessableEntity, "limit=200": http.StatusOK,
	} {
		answer := b.send(t, http.MethodGet, b.tokens.User, "/v1/projects?"+query, "", nil)
		require.Equal(t, status, answer.StatusCode, "%s: %s", query, answer.text)
		require.Equal(t, status != http.StatusOK, strings.Contains(answer.text, `"location":"query.`), answer.text)
	}
}

func TestMethods_ThatAPathHasNot_Are405(t *testing.T) {
	t.Parallel()

	b := setup(t)

	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodTrace, "/v1/projects", http.StatusMethodNotAllowed, "GET, HEAD, POST"},
		{http.MethodDelete, "/v1/me", http.StatusMethodNotAllowed, "GET, HEAD"},
		{http.MethodPut, "/v1/registry/token", http.StatusMethodNotAllowed, "GET, HEAD, POST"},
		{http.MethodGet, "/v1/nothing", http.StatusNotFound, ""},
		{http.MethodTrace, "/v1/nothing", http.StatusNotFound, ""},
	} {
		answer := b.send(t, test.method, b.tokens.User, test.path, "", nil)
		require.Equal(t, test.status, answer.StatusCode, "%s %s", test.method, test.path)
		require.Equal(t, test.allow, answer.Header.Get("Allow"), "%s %s", test.method, test.path)
		require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
	}
}
