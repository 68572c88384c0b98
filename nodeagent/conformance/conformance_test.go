package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strconv"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// TestRun_OnRunc_PassesAndSaysWhatRuncCannotDo is the one run of all checks. It waits for most of its time: an app that hangs takes ten seconds to be found.
func TestRun_OnRunc_PassesAndSaysWhatRuncCannotDo(t *testing.T) {
	options := setup(t)

	var shown []string

	report, err := Run(t.Context(), options, observer{func(f Finding) { shown = append(shown, f.Check) }})
	require.NoError(t, err)
	requireNothingLeft(t, options)

	results := map[Result][]string{}

	for _, finding := range report.Findings {
		t.Logf("%-12s %-18s %6.2f s  %s", finding.Result, finding.Check, finding.Seconds, finding.Reason)

		results[finding.Result] = append(results[finding.Result], finding.Check)
	}

	require.Empty(t, results[Failed])
	// Whether disks are limited depends on what is installed here.
	require.Equal(t, []string{"kernel"}, lo.Without(results[Unsupported], "disk"))
	// Whether a processor is busy decides whether its limit can be seen.
	require.Equal(t, []string{"internet", "containerd-killed"}, lo.Without(results[Skipped], "processor"))
	require.Equal(t, lo.Map(Checks(), func(c Check, _ int) string { return c.Name }), shown, "each is told once, in order")
}

func TestChecks_WhatIsNotAsItShouldBe_Fails(t *testing.T) {
	options := setup(t)
	socket, running, startAgain := ownContainerd(t)
	options.Environ["ZEITWORK_CONTAINERD_SOCKET"] = socket
	options.RestartContainerd = strconv.Itoa(running.PID())

	b := begin(t, options, map[string]string{"ZEITWORK_NODE_VM_DISK_BYTES": "0"})
	ctx := t.Context()

	// Something starts containerd again, as systemd does.
	restarted := make(chan struct{})

	go func() {
		defer close(restarted)

		<-running.Done()
		startAgain()
	}()

	killed := checkContainerdKilled(ctx, b)
	require.Equal(t, Passed, killed.result, killed.reason)
	<-restarted

	failed := func(o outcome, reason string) {
		t.Helper()
		require.Equal(t, Failed, o.result, o.reason)
		require.Contains(t, o.reason, reason)
	}

	internet := func(b *trial) peers { return b.internet }
	failed(b.tryWays(ctx, []way{{who: "an edge", from: edge(), by: waysIn()[0].by, port: vmPort}}), "The VM is reached from an edge.")

	b.options.Patience /= 60
	failed(b.tryWays(ctx, []way{{who: "the internet", from: website(), by: internet, port: vmPort, open: true}}), "The VM is not reached from the internet")
	b.options.Patience *= 60

	failed(b.tryLeaving(ctx, []netip.Addr{website()}), "Packets of the VM go to 203.0.113.202 by zwc")
	failed(b.forge(ctx, address(b.second)), "Datagrams arrived that a VM sent from addresses which are not its own.")

	b.first.MemoryBytes++
	failed(checkGuestMemory(ctx, b), "The VM sees a limit of 128 MiB")
	b.first.MemoryBytes--

	other := b.first.ID
	b.first.ID = b.second.ID
	failed(checkAddress(ctx, b), "and not "+strconv.Quote(b.second.ID.String()))
	b.first.ID = other

	// On a node that claims to run virtual machines.
	b.kata = true
	failed(checkKernel(ctx, b), "The VM runs on the node's kernel")
	failed(checkDisk(ctx, b), "Not limited: any VM can fill the node's")
	failed(checkGuestMemory(ctx, b), "set default_memory")

	left, err := b.traces(ctx, b.used)
	require.NoError(t, err)

	for _, kind := range []string{"container ", "snapshot ", "image ", "network namespace ", "interface ", "route ", "folder ", "mount ", "cgroup ", "process "} {
		require.Contains(t, lo.Map(left, func(trace string, _ int) string { return trace[:min(len(kind), len(trace))] }), kind)
	}

	ended := make(chan error, 1)
	b.broken = func(cause error) { ended <- cause }

	b.agent.Kill()
	require.ErrorContains(t, <-ended, "the agent ended by itself, and its last line is")
}

func TestRun_Interrupted_LeavesNothing(t *testing.T) {
	options := setup(t)

	ctx, interrupt := context.WithCancelCause(t.Context())
	defer interrupt(nil)

	report, err := Run(ctx, options, observer{func(Finding) { interrupt(errors.New("Ctrl-C")) }})
	require.ErrorContains(t, err, "interrupted")
	require.Equal(t, Passed, report.Findings[0].Result)
	require.Equal(t, len(report.Findings)-1, Count(report.Findings, Skipped))
	require.Empty(t, report.AgentLog)
	requireNothingLeft(t, options)
}

func TestRun_MachineThatCannot_IsToldWhatToChange(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		reason string
	}{
		"a check that is none":      {func(o *Options) { o.Only = []string{"luck"} }, `there is no check "luck"`},
		"a range that is too small": {func(o *Options) { o.Range = netip.MustParsePrefix("10.231.78.0/30") }, "choose a larger --range"},
		"a range in use":            {func(o *Options) { o.Range = netip.MustParsePrefix("127.0.0.0/24") }, "the range 127.0.0.0/24 is in use"},
		"runc that is not allowed":  {func(o *Options) { o.Environ["ZEITWORK_NODE_ALLOW_RUNC"] = "false" }, "does not isolate tenants"},
		"no such snapshotter":       {func(o *Options) { o.Environ["ZEITWORK_CONTAINERD_SNAPSHOTTER"] = "nowhere" }, "and not nowhere"},
		"Kata that is not there":    {func(o *Options) { o.Environ["ZEITWORK_NODE_RUNTIME"] = "io.containerd.kata-none.v2" }, "kata-none"},
	} {
		t.Run(name, func(t *testing.T) {
			options := setup(t)
			c.change(&options)

			report, err := Run(t.Context(), options, observer{})
			require.ErrorContains(t, err, c.reason)
			require.Empty(t, report.Findings)
		})
	}
}

func TestReport_AsJSON_HasResultsAndReasons(t *testing.T) {
	t.Parallel()

	encoded, err := json.Marshal(Report{Runtime: "r", Findings: []Finding{{Check: "disk", Result: Unsupported, Reason: "Not limited.", Seconds: 0.5}}})
	require.NoError(t, err)
	require.JSONEq(t, `{"runtime": "r", "items": [{"check": "disk", "result": "unsupported", "reason": "Not limited.", "seconds": 0.5}]}`, string(encoded))
}
