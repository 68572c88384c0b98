package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

func TestReport_LastLine_CountsEverything(t *testing.T) {
	t.Parallel()

	var printed bytes.Buffer

	r := &report{rest: []finding{lost("a deployment")}, failures: []string{"GET"}}
	r.add(&printed, outcome{disturbance: disturbance{means: meansKill, target: "worker-1"}, resumed: lo.ToPtr(time.Second)})
	r.add(&printed, outcome{disturbance: disturbance{means: meansKill, target: "api"}, findings: []finding{orphan("a lease"), lost("a VM")}, failures: []string{"POST"}})
	r.print(&printed)

	lines := strings.Split(strings.TrimSpace(printed.String()), "\n")
	require.Equal(t, "kills=2 converged=1 lost=2 orphans=1 failed_requests=2 resume_p95_s=1.00", lines[len(lines)-1])
	require.False(t, r.totals().held())
}

func TestReport_EverythingHeld_Holds(t *testing.T) {
	t.Parallel()

	r := &report{}
	r.add(&bytes.Buffer{}, outcome{})
	require.True(t, r.totals().held())

	r.failures = []string{"GET"}
	require.False(t, r.totals().held())
}
