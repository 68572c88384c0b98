package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/workflows"
)

// addPlatformChannel adds a webhook of the platform's operators.
func (b *testBundle) addPlatformChannel(t *testing.T, name string) *client.CreatePlatformChannelResponse {
	t.Helper()

	made, err := b.owner.CreatePlatformChannelWithResponse(t.Context(), client.CreatePlatformChannelInputBody{
		Kind: client.CreatePlatformChannelInputBodyKindWebhook, Name: name, Address: "https://example.com/hook",
	})
	require.NoError(t, err)

	return made
}

func TestPlatformChannels_AreOperatorsAlone_AndNoneOfAnOrganisation(t *testing.T) {
	t.Parallel()

	b := setup(t)

	made := b.addPlatformChannel(t, "pager")
	require.Equal(t, http.StatusCreated, made.StatusCode(), string(made.Body))
	require.True(t, strings.HasPrefix(*made.JSON201.SigningKey, "whsec_"))
	require.Equal(t, http.StatusConflict, b.addPlatformChannel(t, "pager").StatusCode())

	theirs := b.addChannel(t, client.CreateNotificationChannelInputBodyKindWebhook, "pager", "https://example.com/theirs")
	require.Equal(t, http.StatusCreated, theirs.StatusCode(), "an organisation may call its own so, too")

	channels, err := b.owner.ListPlatformChannelsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, channels.JSON200.Items, 1)
	require.Equal(t, made.JSON201.ID, channels.JSON200.Items[0].ID)
	require.NotContains(t, string(channels.Body), "whsec_")

	organisations, err := b.owner.ListNotificationChannelsWithResponse(t.Context(), b.organisation(t), nil)
	require.NoError(t, err)
	require.Len(t, organisations.JSON200.Items, 1)

	deleted, err := b.owner.DeletePlatformChannelWithResponse(t.Context(), theirs.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, deleted.StatusCode())

	tested, err := b.owner.TestPlatformChannelWithResponse(t.Context(), theirs.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, tested.StatusCode())

	tested, err = b.owner.TestPlatformChannelWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, tested.StatusCode(), string(tested.Body))

	told, err := b.owner.ListPlatformDeliveriesWithResponse(t.Context(), made.JSON201.ID, nil)
	require.NoError(t, err)
	require.Len(t, told.JSON200.Items, 1)
	require.Equal(t, tested.JSON202.ID, told.JSON200.Items[0].ID)

	deleted, err = b.owner.DeletePlatformChannelWithResponse(t.Context(), made.JSON201.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, deleted.StatusCode())
	require.Zero(t, b.count(t, "SELECT count(*) FROM secrets WHERE subject_id = $1", made.JSON201.ID))
	require.Equal(t, 3, b.count(t, "SELECT count(*) FROM audit_events WHERE subject_id = $1 AND organisation_id IS NULL", made.JSON201.ID))
}

func TestPlatformAlerts_AreListedNewestFirst(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.pool.Exec(t.Context(), `INSERT INTO platform_alerts (id, part, about, detail, advice) VALUES
		('01900000-0000-7000-8000-000000000001', 'edges', 'edge-1', 'It is away', 'Look'),
		('01900000-0000-7000-8000-000000000002', 'backup', '', 'None was ever made', '')`)
	require.NoError(t, err)

	_, err = b.pool.Exec(t.Context(), "UPDATE platform_alerts SET (told_at, well_since, ended_at) = (began_at, began_at, began_at) WHERE part = 'edges'")
	require.NoError(t, err)

	listed, err := b.owner.ListPlatformAlertsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"backup", "edges"}, lo.Map(listed.JSON200.Items, func(a client.PlatformAlert, _ int) string { return a.Part }))
	require.Nil(t, listed.JSON200.Items[0].ToldAt)
	require.NotNil(t, listed.JSON200.Items[1].EndedAt)
}

func TestLookAtPlatform_ReturnsWhatIsAProblem_ByANameThatStays(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-7", Region: "here"})
	require.NoError(t, err)

	b.makeWell(t)

	look := func() []workflows.PlatformProblem {
		problems, err := LookAtPlatform(b.pool)(t.Context(), "worker-1")
		require.NoError(t, err)

		return lo.Filter(problems, func(p workflows.PlatformProblem, _ int) bool { return p.About != "" })
	}
	require.Empty(t, look())

	for _, age := range []string{"3 hours", "2 days"} {
		_, err = b.pool.Exec(t.Context(), "UPDATE nodes SET last_seen_at = now() - $1::interval WHERE name = 'node-7'", age)
		require.NoError(t, err)

		problems := look()
		require.Len(t, problems, 1)
		require.Equal(t, "nodes node-7", problems[0].Part+" "+problems[0].About)
		require.Contains(t, problems[0].Detail, "node-7 has not reported for")
	}
}

func TestLookAtPlatform_WorkerWithAWrongClockLooks_NothingButItsClockIsWrong(t *testing.T) {
	t.Parallel()

	b := setup(t)
	_, err := b.owner.CreateNodeWithResponse(t.Context(), client.CreateNodeInputBody{Name: "node-7", Region: "here"})
	require.NoError(t, err)
	_, err = b.owner.CreateEdgeWithResponse(t.Context(), client.CreateEdgeInputBody{Name: "edge-7", Region: "here"})
	require.NoError(t, err)

	b.makeWell(t)

	for _, off := range []time.Duration{60 * 24 * time.Hour, -60 * 24 * time.Hour} {
		at, checks, err := platform{
			pool: b.pool, queries: database.New(b.pool), observer: "the worker worker-1", clock: func() time.Time { return time.Now().Add(off) },
		}.look(t.Context())
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), at, time.Hour)

		wrong := lo.Filter(checks, func(c HealthCheck, _ int) bool { return c.State != healthy })
		require.Len(t, wrong, 1, "%v", wrong)
		require.Equal(t, "clocks the worker worker-1", wrong[0].Part+" "+wrong[0].About, "whoever looks, the alert is about the same")
	}
}
