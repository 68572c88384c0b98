package nodeagent_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/nodeagent"
)

func TestNew_RefusesRuncUnlessAllowedInPlainWords(t *testing.T) {
	t.Parallel()

	_, err := nodeagent.New(nodeagent.Config{Runtime: "io.containerd.runc.v2"}, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "set ZEITWORK_NODE_RUNTIME=io.containerd.kata.v2, or ZEITWORK_NODE_ALLOW_RUNC=true")
}

func TestNew_RefusesRuntimesThatItDoesNotKnow(t *testing.T) {
	t.Parallel()

	for _, runtime := range []string{
		"", "io.containerd.runsc.v1", "io.containerd.runc.v1", "/usr/bin/shim", "io.containerd.kata/x.v2", "io.containerd.katakomb.v2",
	} {
		_, err := nodeagent.New(nodeagent.Config{Runtime: runtime, AllowRunc: true}, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, "the platform does not know whether it isolates tenants", runtime)
	}
}

func TestNew_KataWithoutItsParts_SaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())

	_, err := nodeagent.New(nodeagent.Config{Runtime: "io.containerd.kata-clh.v2"}, slog.New(slog.DiscardHandler))
	if finding := nodeagent.CheckKVM(); finding.OK {
		require.ErrorContains(t, err, "containerd-shim-kata-clh-v2 is neither in the PATH nor in /opt/kata/bin.")
	} else {
		require.ErrorContains(t, err, finding.Detail)
		require.ErrorContains(t, err, "hardware virtualization")
	}
}

func TestCheck_TellsPartByPart(t *testing.T) {
	t.Parallel()

	b := setup(t)
	config := b.config
	findings := nodeagent.Check(t.Context(), config)
	require.ElementsMatch(t, []string{"isolation", "init", "containerd", "forwarding", "snapshotters", "disks of VMs"},
		lo.Map(findings, func(f nodeagent.Finding, _ int) string { return f.Part }))

	for _, finding := range findings {
		require.True(t, finding.OK, "%+v", finding)
	}

	require.Contains(t, findings[2].Detail, "runs io.containerd.runc.v2.")
	require.Contains(t, findings[3].Detail, "VMs use overlayfs.")
	require.Equal(t, "Each VM gets 256 MiB.", findings[4].Detail)

	config.Snapshotter = "blockfile"
	require.Contains(t, nodeagent.Check(t.Context(), config)[3].Detail, "and not blockfile.")

	config.Snapshotter, config.Runtime = "overlayfs", "io.containerd.kata.v2"
	kata := lo.KeyBy(nodeagent.Check(t.Context(), config), func(f nodeagent.Finding) string { return f.Part })
	require.False(t, kata["containerd"].OK, "containerd has no Kata here")
	require.Contains(t, kata["containerd"].Detail, "It runs io.containerd.runc.v2.")
	require.Contains(t, kata["containerd"].Advice, "shim")
	require.Contains(t, kata, "KVM")

	config.ContainerdSocket = "/nowhere/containerd.sock"
	away := nodeagent.Check(t.Context(), config)
	require.Contains(t, away[2].Detail, "does not answer")
}

func TestCheck_ShimThatContainerdDoesNotFind_SaysWhatToLink(t *testing.T) {
	b := setup(t)
	folder := t.TempDir()
	shim := filepath.Join(folder, "containerd-shim-kata-clh-v2")
	require.NoError(t, os.WriteFile(shim, []byte("#!/bin/sh\n"), 0o700))
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))

	config := b.config
	config.Runtime = "io.containerd.kata-clh.v2"
	findings := nodeagent.Check(t.Context(), config)
	require.Contains(t, findings, nodeagent.Finding{Part: "Kata Containers", OK: true, Detail: shim + " is installed."})
	require.Equal(t, "Link "+shim+" to /usr/local/bin, or to another folder of containerd's PATH.", findings[2].Advice)
}
