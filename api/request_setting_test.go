package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// keepRequests has a project keep requests, or none, and returns the status of the answer.
func (b *testBundle) keepRequests(t *testing.T, project uuid.UUID, keep bool) int {
	t.Helper()

	answer, err := b.owner.UpdateProjectWithResponse(t.Context(), project, client.ProjectUpdate{RecordRequests: &keep})
	require.NoError(t, err)

	if answer.JSON200 != nil {
		require.Equal(t, keep, *answer.JSON200.RecordRequests)
	}

	return answer.StatusCode()
}

func (b *testBundle) requestRows(t *testing.T) (rows int) {
	t.Helper()
	require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM request_logs").Scan(&rows))

	return rows
}

func TestRequests_OfAProjectThatKeepsNoneAnyMore_AreDeleted(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project, other := b.project(t).ID, b.project(t).ID
	deployment := b.deployment(t, project).ID
	b.pass(t, passed(deployment, time.Now(), "/reset/secret-of-a-user"), passed(b.deployment(t, other).ID, time.Now(), "/other"))

	require.Equal(t, http.StatusOK, b.keepRequests(t, project, false))
	b.pass(t, passed(deployment, time.Now(), "/while-off"))
	require.Empty(t, b.requests(t, project, "").Items)
	require.Equal(t, 1, b.requestRows(t), "the other project's")

	require.Equal(t, http.StatusOK, b.keepRequests(t, project, true))
	b.pass(t, passed(deployment, time.Now(), "/again"))
	require.Equal(t, []string{"/again"}, paths(b.requests(t, project, "")))
	require.Equal(t, []string{"/other"}, paths(b.requests(t, other, "")))
}

// TestRequests_ThatCannotBeDeletedAtOnce_AreHiddenAndKeepNobodyWaiting since a project may have very many of them.
func TestRequests_ThatCannotBeDeletedAtOnce_AreHiddenAndKeepNobodyWaiting(t *testing.T) {
	t.Parallel()

	b := setup(t)
	project := b.project(t).ID
	b.pass(t, passed(b.deployment(t, project).ID, time.Now(), "/reset/secret-of-a-user"))

	busy := b.begin(t)

	_, err := busy.Exec(t.Context(), "SELECT FROM request_logs FOR UPDATE")
	require.NoError(t, err)

	require.Equal(t, http.StatusOK, b.keepRequests(t, project, false))
	require.Equal(t, 1, b.requestRows(t))
	require.Empty(t, b.requests(t, project, "").Items)
	require.NotContains(t, b.send(t, http.MethodGet, b.tokens.User, "/v1/projects/"+project.String()+"/requests/stream?follow=false&tail=10", "", nil).text, "secret")

	// While requests from before are left, the setting cannot be turned on: they must not be shown again.
	require.Equal(t, http.StatusConflict, b.keepRequests(t, project, true))
	require.Empty(t, b.requests(t, project, "").Items)

	require.NoError(t, busy.Rollback(t.Context()))
	require.Equal(t, http.StatusOK, b.keepRequests(t, project, true))
	require.Zero(t, b.requestRows(t))
}
