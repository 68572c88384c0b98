package nodeagent

import (
	"path/filepath"
	"slices"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

// shipsKataConfig tells whether VMs run with the configuration of Kata Containers that comes with the agent: where none is named, and the name of the
// runtime stands for no other hypervisor than Cloud Hypervisor.
func (c Config) shipsKataConfig() bool {
	return c.RuntimeConfig == "" && slices.Contains([]string{containers.Kata, containers.KataCloudHypervisor}, c.Runtime)
}

// kataConfig returns the path of the configuration of Kata Containers with which VMs run; empty: Kata's own default, or another runtime.
func (c Config) kataConfig() string {
	if c.shipsKataConfig() {
		return filepath.Join(c.DataDir, "kata-configuration-clh.toml")
	}

	return c.RuntimeConfig
}

// writeKataConfig writes the configuration that comes with the agent, where VMs run with it.
func (c Config) writeKataConfig() error {
	if !c.shipsKataConfig() {
		return nil
	}

	return kata.Write(c.kataConfig(), c.Snapshotter)
}
