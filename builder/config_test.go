package builder

import (
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfig_Listen_IsANamedAddressOrASocket(t *testing.T) {
	t.Parallel()

	for listen, trouble := range map[string]string{
		"unix:///run/zeitwork-builder.sock": "",
		"tcp://100.64.0.7:8372":             "",
		"tcp://builder-1:8372":              "",
		"tcp://0.0.0.0:8372":                "any address of this machine",
		"tcp://[::]:8372":                   "any address of this machine",
		"tcp://:8372":                       "any address of this machine",
		"tcp://100.64.0.7":                  "an address and a port",
		"100.64.0.7":                        "must begin with",
	} {
		address, err := url.Parse(listen)
		require.NoError(t, err)

		_, _, err = Config{Listen: *address}.listenAddress()
		if trouble == "" {
			require.NoError(t, err, listen)
		} else {
			require.ErrorContains(t, err, trouble, listen)
		}
	}

	everywhere, err := url.Parse("tcp://0.0.0.0:8372")
	require.NoError(t, err)

	_, _, err = Config{Listen: *everywhere, TLS: TLS{Certificate: "builder.pem"}}.listenAddress()
	require.NoError(t, err, "whoever has no certificate is kept out")
}

func TestConfig_WhatCannotBe_IsRefusedWithTheNameOfItsSetting(t *testing.T) {
	t.Parallel()

	right := Config{Interface: "zwbuilder0", CacheBytes: 1, FreeBytes: 1, StepBytes: 1, Processes: 1}
	require.NoError(t, right.check())

	for setting, wrong := range map[string]func(*Config){
		"ZEITWORK_BUILDER_INTERFACE":     func(c *Config) { c.Interface = "sixteen-letters0" },
		"ZEITWORK_BUILDER_NAMESERVERS":   func(c *Config) { c.Nameservers = []netip.Addr{netip.IPv6Loopback()} },
		"ZEITWORK_BUILDER_CACHE_BYTES":   func(c *Config) { c.CacheBytes = 0 },
		"ZEITWORK_BUILDER_FREE_BYTES":    func(c *Config) { c.FreeBytes = 0 },
		"ZEITWORK_BUILDER_STEP_BYTES":    func(c *Config) { c.StepBytes = 0 },
		"ZEITWORK_BUILDER_MEMORY_BYTES":  func(c *Config) { c.MemoryBytes = -1 },
		"ZEITWORK_BUILDER_PROCESSES":     func(c *Config) { c.Processes = 0 },
		"ZEITWORK_BUILDER_STEPS":         func(c *Config) { c.Steps = -1 },
		"ZEITWORK_BUILDER_BUILDS":        func(c *Config) { c.Builds = -1 },
		"ZEITWORK_BUILDER_DRAIN_TIMEOUT": func(c *Config) { c.Drain = -1 },
	} {
		config := right
		wrong(&config)
		require.ErrorContains(t, config.check(), setting)
	}
}
