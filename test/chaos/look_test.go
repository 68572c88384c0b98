package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/leases"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/id"
)

func TestLook_WhatIsLeftBehindOnANode_IsFound(t *testing.T) {
	h := platform(t, usualTraffic)
	m := h.machines[1]
	stray := id.New().String()

	handle, err := handleIn(m.node.NetworkNamespace)
	require.NoError(t, err)
	t.Cleanup(handle.Close)

	attributes := netlink.NewLinkAttrs()
	attributes.Name = interfacePrefix + "stray"
	link := &netlink.Veth{LinkAttrs: attributes, PeerName: "stray-peer"}
	require.NoError(t, handle.LinkAdd(link))
	t.Cleanup(func() { require.NoError(t, handle.LinkDel(link)) })

	containerd, err := m.connect()
	require.NoError(t, err)

	// Not one of a VM: the agent would take that away.
	lease, err := containerd.LeasesService().Create(t.Context(), leases.WithID("stray-"+stray))
	require.NoError(t, err)

	file := filepath.Join(m.node.NetworkFolder, "stray")
	require.NoError(t, os.WriteFile(file, nil, 0o600))

	reader, writer, err := os.Pipe()
	require.NoError(t, err)

	shim := &exec.Cmd{
		Path: "/bin/sh", Stdin: reader,
		Args: []string{shimPrefix + "runc-v2", "-c", "read line", "-namespace", m.node.ContainerdNamespace, "-id", stray},
	}
	require.NoError(t, shim.Start())

	texts := lo.Map(h.look(t.Context()), func(f finding, _ int) string {
		require.True(t, f.orphan, f)

		return f.text
	})
	require.Len(t, texts, 4, "%v", texts)
	require.Contains(t, texts, "process of a shim for "+stray+" on "+m.node.Name)
	require.Contains(t, texts, "lease stray-"+stray+" on "+m.node.Name)
	require.Contains(t, texts, "file "+file+" on "+m.node.Name)

	// What the shell reads ends it.
	require.NoError(t, writer.Close())
	require.Error(t, shim.Wait())
	require.NoError(t, containerd.LeasesService().Delete(t.Context(), lease))
	require.NoError(t, os.Remove(file))
}
