package conformance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOptions_SlowMachine_TakesAppsForHungLater(t *testing.T) {
	t.Parallel()

	for patience, wanted := range map[time.Duration]string{time.Minute: "2s", 2 * time.Minute: "2s", 15 * time.Minute: "15s"} {
		require.Equal(t, wanted, Options{Environ: map[string]string{}, Patience: patience}.environ()["ZEITWORK_NODE_HUNG_AFTER"])
	}
}
