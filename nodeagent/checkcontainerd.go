package nodeagent

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/errdefs"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/kata"
)

// checkContainerd asks containerd which runtimes and snapshotters it has, as the agent does not know containerd's PATH and configuration.
func checkContainerd(ctx context.Context, config Config) []Finding {
	finding := Finding{Part: "containerd", Advice: "Start containerd, or set ZEITWORK_CONTAINERD_SOCKET."}

	// To connect to a socket that nobody made takes as long as one may take to appear.
	if _, err := os.Stat(config.ContainerdSocket); err != nil {
		finding.Detail = fmt.Sprintf("containerd does not answer: there is no %s.", config.ContainerdSocket)

		return []Finding{finding}
	}

	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		finding.Detail = fmt.Sprintf("containerd does not answer at %s: %v.", config.ContainerdSocket, err)

		return []Finding{finding}
	}

	defer func() { _ = connection.Close() }()

	version, err := connection.Version(ctx)
	if err != nil {
		finding.Detail = fmt.Sprintf("containerd does not answer at %s: %v.", config.ContainerdSocket, err)

		return []Finding{finding}
	}

	return []Finding{checkRuntimes(ctx, config, connection, version.Version), checkSnapshotters(ctx, config, connection)}
}

// checkRuntimes tells which of the runtimes that the platform knows containerd finds, and whether the configured one is among them.
func checkRuntimes(ctx context.Context, config Config, connection *containerd.Client, version string) Finding {
	var (
		found []string
		why   error
	)

	for _, handler := range lo.Uniq([]string{containers.Runc, containers.Kata, containers.KataCloudHypervisor, config.Runtime}) {
		_, err := connection.RuntimeInfo(ctx, handler, nil)
		if errdefs.IsNotImplemented(err) {
			// A containerd before version 2, as Debian has it, does not tell. The agent's PATH stands in for that of containerd.
			_, err = exec.LookPath(containers.Shim(handler))
		}

		if err == nil {
			found = append(found, handler)
		} else if handler == config.Runtime {
			why = err
		}
	}

	if why == nil {
		return Finding{Part: "containerd", OK: true, Detail: fmt.Sprintf("containerd %s runs %s.", version, strings.Join(found, ", "))}
	}

	finding := Finding{
		Part: "containerd", Detail: fmt.Sprintf("containerd %s cannot run %s: %v.", version, config.Runtime, why),
		Advice: "Install the runtime's shim where containerd's PATH finds it.",
	}

	if path, err := kata.FindShim(containers.Shim(config.Runtime)); err == nil && containers.IsKata(config.Runtime) {
		finding.Advice = fmt.Sprintf("Link %s to /usr/local/bin, or to another folder of containerd's PATH.", path)
	}

	if len(found) > 0 {
		finding.Detail += " It runs " + strings.Join(found, ", ") + "."
	}

	return finding
}

// checkSnapshotters tells which snapshotters containerd has, and whether the configured one is among them.
func checkSnapshotters(ctx context.Context, config Config, connection *containerd.Client) Finding {
	finding := Finding{Part: "snapshotters", Advice: "Set ZEITWORK_CONTAINERD_SNAPSHOTTER to one of them, or configure containerd."}

	plugins, err := connection.IntrospectionService().Plugins(ctx, "type==io.containerd.snapshotter.v1")
	if err != nil {
		finding.Detail = fmt.Sprintf("containerd does not tell: %v.", err)

		return finding
	}

	var found []string

	for _, plugin := range plugins.GetPlugins() {
		if plugin.GetInitErr() == nil {
			found = append(found, plugin.GetID())
		}
	}

	slices.Sort(found)

	if !slices.Contains(found, config.Snapshotter) {
		finding.Detail = fmt.Sprintf("containerd has %s, and not %s.", strings.Join(found, ", "), config.Snapshotter)

		return finding
	}

	return Finding{Part: "snapshotters", OK: true, Detail: fmt.Sprintf("containerd has %s; VMs use %s.", strings.Join(found, ", "), config.Snapshotter)}
}
