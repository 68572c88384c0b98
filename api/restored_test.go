package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

func TestRestoreProgress_EdgesThatAreSilent_AreAwaitedForAsLongAsNodes(t *testing.T) {
	t.Parallel()

	b := setup(t)

	// awaited looks how far a restore has come when an api has answered for that long, and the edge was heard of as long ago as lastSeen says.
	awaited := func(answering string, lastSeen any, acknowledged int) bool {
		tx, err := b.pool.Begin(t.Context())
		require.NoError(t, err)

		defer func() { require.NoError(t, tx.Rollback(t.Context())) }()

		_, err = tx.Exec(t.Context(), `INSERT INTO control_plane (id, answering_since, answered_at, restored_at, restored_version)
			VALUES (1, now() - $1::text::interval, now(), now() - interval '1 hour', 1000) ON CONFLICT (id) DO UPDATE
			SET answering_since = excluded.answering_since, answered_at = now(), restored_at = excluded.restored_at, restored_version = 1000`, answering)
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), "UPDATE edges SET last_seen_at = now() - $1::text::interval, acknowledged_version = $2", lastSeen, acknowledged)
		require.NoError(t, err)

		progress, err := database.New(tx).RestoreProgress(t.Context(), seenWithin, time.Minute)
		require.NoError(t, err)
		require.True(t, progress.Restored)

		return progress.AwaitsEdges
	}

	require.True(t, awaited("45 seconds", "2 hours", 999))
	require.True(t, awaited("45 seconds", nil, 0))
	require.False(t, awaited("45 seconds", "2 hours", 1000))
	require.False(t, awaited("61 seconds", "2 hours", 999))
	require.True(t, awaited("61 seconds", "5 seconds", 999))
}

func TestReportNode_FirstOneAfterARestore_IsRefused_SoThatTheAgentTellsOfAllVMs(t *testing.T) {
	t.Parallel()

	b := setup(t)

	_, err := b.pool.Exec(t.Context(), `INSERT INTO control_plane (id, answering_since, answered_at, restored_at, restored_version)
		VALUES (1, now(), statement_timestamp(), now(), 1000) ON CONFLICT (id) DO UPDATE SET answering_since = now(), restored_at = now(), restored_version = 1000`)
	require.NoError(t, err)

	for _, want := range []int{http.StatusServiceUnavailable, http.StatusNoContent, http.StatusNoContent} {
		answer, err := b.node.ReportNodeWithResponse(t.Context(), client.NodeReport{Version: "1.2", Runtime: "kata", VMS: []client.VMReport{}})
		require.NoError(t, err)
		require.Equal(t, want, answer.StatusCode(), string(answer.Body))
	}
}
