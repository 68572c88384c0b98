package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/liveline"
	"github.com/zeitwork/zeitwork/nodeagent/conformance"
)

func TestFindings_OnANarrowTerminal_StayInTheirColumn(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	width := func() int { return 60 }
	w := &findingsWriter{out: &out, width: width, line: liveline.New(&out, nil)}

	w.Found(conformance.Finding{Check: "start", Result: conformance.Passed, Reason: "Healthy after 0.58 s, the next VM after 0.13 s."})
	w.Found(conformance.Finding{Check: "disk", Result: conformance.Unsupported, Reason: "Not limited."})
	w.Found(conformance.Finding{Check: "containerd-killed", Result: conformance.Skipped, Reason: "A flag allows it."})
	w.Found(conformance.Finding{Check: "many", Result: conformance.Failed, Reason: "One of 50 VMs does not answer an edge."})

	require.Equal(t, `✓ start             Healthy after 0.58 s, the next VM after
                    0.13 s.
~ disk              Not with this runtime. Not limited.
· containerd-killed Skipped. A flag allows it.
✗ many              One of 50 VMs does not answer an edge.
`, out.String())
}

func TestFindings_InTheEnd_NameWhatDidNotPass(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	w := &findingsWriter{out: &out, line: liveline.New(&out, nil)}
	require.NoError(t, w.finish(conformance.Report{Runtime: "runc", AgentLog: "/tmp/x.log", Findings: []conformance.Finding{
		{Check: "start", Result: conformance.Passed}, {Check: "dns", Result: conformance.Failed}, {Check: "stop", Result: conformance.Failed},
		{Check: "kernel", Result: conformance.Unsupported},
	}}))
	require.Equal(t, "\n1 of 4 checks passed\nfailed: dns, stop\nnot with runc: kernel\nThe log of the agent is kept in /tmp/x.log.\n", out.String())
}
