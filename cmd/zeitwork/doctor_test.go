package main

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/doctor"
)

func TestDoctor_TellsOfANodesPartsWithoutItsSecrets(t *testing.T) {
	for _, name := range []string{"ZEITWORK_NODE_TOKEN", "ZEITWORK_API_URL", "ZEITWORK_REGISTRY_HOST"} {
		t.Setenv(name, "")
	}

	t.Setenv("ZEITWORK_NODE_RUNTIME", "io.containerd.kata-clh.v2")
	t.Setenv("ZEITWORK_CONTAINERD_SOCKET", "/nowhere/containerd.sock")

	findings, err := nodeFindings(t.Context())
	require.NoError(t, err)

	parts := lo.KeyBy(findings, func(f doctor.Finding) string { return f.Part })
	require.Equal(t, "VMs run on io.containerd.kata-clh.v2", parts["node: isolation"].Detail)
	require.Contains(t, parts["node: containerd"].Detail, "there is no /nowhere/containerd.sock")
	require.Contains(t, parts, "node: Kata Containers")
	require.NotContains(t, parts, "node: KVM", "the machine's own findings have it")
	require.Empty(t, doctor.Blockers(findings), "the local platform needs none of it")
}

func TestDoctor_TellsOfABuildersParts(t *testing.T) {
	t.Setenv("ZEITWORK_REGISTRY_HOST", "")
	t.Setenv("ZEITWORK_BUILDER_RUNC", "/nowhere/runc")

	findings, err := builderFindings()
	require.NoError(t, err)

	parts := lo.KeyBy(findings, func(f doctor.Finding) string { return f.Part })
	require.Contains(t, parts["builder: programs"].Advice, "ZEITWORK_BUILDER_")
	require.Contains(t, parts, "builder: range")
	require.Empty(t, doctor.Blockers(findings), "the local platform needs none of it")
}
