package nodeagent_test

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

func TestAgent_AppThatHangs_IsAskedToEndAndStartedAgain(t *testing.T) {
	t.Parallel()

	b := setup(t)
	b.config.HungAfter = 2 * time.Second
	image := pushApp(t, b.registry, nil)
	hangs, other := b.vm(image, "graceful"), b.vm(image, "")
	b.api.assign(hangs, other)
	b.startAgent(t)
	b.api.waitFor(t, hangs.ID, client.VMReportStateHealthy)
	b.api.waitFor(t, other.ID, client.VMReportStateHealthy)

	_, started := get(t, other, "/")
	get(t, hangs, "/hang")

	// An agent that comes only now knows that the app was healthy once.
	b.stopAgent()
	b.startAgent(t)

	report := b.api.waitFor(t, hangs.ID, client.VMReportStateCrashed)
	require.Regexp(t, `^The app did not answer on port 3000 for \d+ s: it is restarted\.`, *report.Message)
	require.EqualValues(t, 42, *report.ExitCode, "the code with which it ends at SIGTERM")

	b.api.waitUntil(t, hangs.ID, "healthy after a restart", func(r client.VMReport) bool {
		return r.State == client.VMReportStateHealthy && r.Restarts == 1 && r.Message == nil
	})
	require.True(t, lo.SomeBy(b.api.log(hangs.ID), func(line client.ShippedLogLine) bool { return line.Line == "got terminated" }))

	_, again := get(t, other, "/")
	require.Equal(t, started, again)
	require.Zero(t, b.api.state(other.ID).Restarts)
}
