package nodeagent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func TestTold_ReportsNameWhatHasChanged_AndEverythingOnceAMinuteAndAfterTrouble(t *testing.T) {
	t.Parallel()

	var (
		api     told
		at      = time.Now()
		one     = client.VMReport{ID: id.New(), State: client.VMReportStateHealthy}
		two     = client.VMReport{ID: id.New(), State: client.VMReportStateRunning}
		healthy = client.VMReport{ID: two.ID, State: client.VMReportStateHealthy}
		crashed = client.VMReport{ID: two.ID, State: client.VMReportStateHealthy, Restarts: 1}
	)

	tell := func(states ...client.VMReport) []client.VMReport {
		news, whole := api.news(states, at)
		api.took(news, whole, at)

		return news
	}

	require.Len(t, tell(one, two), 2, "an agent that starts tells everything")
	require.Empty(t, tell(one, two))
	require.Equal(t, []client.VMReport{healthy}, tell(one, healthy))
	require.Equal(t, []client.VMReport{crashed}, tell(one, crashed))

	// What was not taken is told again.
	news, _ := api.news([]client.VMReport{one, healthy}, at)
	require.Len(t, news, 1)
	api.mayHaveMissed()
	require.Len(t, tell(one, healthy), 2)
	require.Empty(t, tell(one, healthy))

	at = at.Add(wholeInterval)
	require.Len(t, tell(one, healthy), 2)
	require.Empty(t, tell(one, healthy))
}
