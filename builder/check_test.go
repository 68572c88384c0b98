package builder

import (
	"errors"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"github.com/vishvananda/netlink"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

func TestCheck_SaysPartByPart_WhatABuilderLacks(t *testing.T) {
	t.Parallel()

	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}

	folder := t.TempDir()
	for _, program := range []string{"buildkitd", "runc", "bridge"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, program), nil, 0o700))
	}

	right := Config{
		Listen: url.URL{Scheme: "unix", Path: "/run/builder.sock"}, DataDir: filepath.Join(folder, "not", "yet"), Interface: "zwbuilder0",
		Range: netip.MustParsePrefix("10.78.0.0/16"), Buildkitd: filepath.Join(folder, "buildkitd"), Runc: filepath.Join(folder, "runc"), CNI: folder,
		CacheBytes: 1, FreeBytes: 1, StepBytes: 1, Processes: 1,
	}

	network := filepath.Join(folder, "network")
	require.NoError(t, netnamespace.Ensure(network))
	t.Cleanup(func() { require.NoError(t, netnamespace.Remove(network)) })

	check := func(config Config) (findings []Finding) {
		require.NoError(t, netnamespace.Do(network, func() error {
			findings = Check(config)

			return nil
		}))

		return findings
	}

	for _, finding := range check(right) {
		require.True(t, finding.OK, finding)
		require.Empty(t, finding.Advice)
	}

	require.NoError(t, netnamespace.Do(network, func() error {
		link := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "docker0"}}

		address, err := netlink.ParseAddr("10.78.9.1/24")
		if err != nil {
			return err
		}

		return errors.Join(netlink.LinkAdd(link), netlink.AddrAdd(link, address), netlink.LinkSetUp(link))
	}))

	wrong := right
	wrong.Runc, wrong.StepBytes, wrong.Listen = filepath.Join(folder, "none"), 1<<60, url.URL{Scheme: "tcp", Host: ":1"}

	found := lo.KeyBy(check(wrong), func(finding Finding) string { return finding.Part })
	require.Contains(t, found["settings"].Advice, "any address of this machine")
	require.Contains(t, found["programs"].Advice, "ZEITWORK_BUILDER_RUNC")
	require.Equal(t, "10.78.9.0/24 of docker0 is in the range 10.78.0.0/16 of builds", found["range"].Detail)
	require.Contains(t, found["disk"].Advice, "ZEITWORK_BUILDER_STEP_BYTES")
}
