package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	containerd "github.com/containerd/containerd/v2/client"
	"github.com/containerd/errdefs"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
	"github.com/zeitwork/zeitwork/nodeagent/network"
)

// RemoveAll removes all that an agent has made on this machine: VMs, images, the containerd namespace, rules, routes and data. The agent must have ended. What
// is not the agent's stays, its settings and its binary included.
func RemoveAll(ctx context.Context, config Config) error {
	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		return fmt.Errorf("reach containerd at %s: %w", config.ContainerdSocket, err)
	}

	defer func() { _ = connection.Close() }()

	runtime := containers.New(connection, containers.Config{Handler: config.Runtime, Snapshotter: config.Snapshotter})

	ranges, err := config.clusterRanges(ctx)
	if err != nil {
		return err
	}

	left, err := runtime.List(ctx)
	if err != nil {
		return err
	}

	if len(left) > 0 && len(ranges) == 0 {
		return errors.New("the cluster's range of addresses is not to be found: the rules of nftables do not name it, and the API does not answer; " +
			"start the node agent again, and let it run until the rules are back")
	}

	for _, clusterRange := range ranges {
		if err := RemoveVMs(ctx, config, clusterRange); err != nil {
			return err
		}
	}

	if err := runtime.RemoveImages(ctx, nil); err != nil {
		return err
	}

	if err := deleteNamespace(ctx, connection, config.ContainerdNamespace); err != nil {
		return err
	}

	if err := errors.Join(config.removeFolders(), os.RemoveAll(config.DataDir), os.RemoveAll(filepath.Dir(config.networkFolder()))); err != nil {
		return fmt.Errorf("remove the data of VMs: %w", err)
	}

	// The folder above may hold data of other parts of the platform.
	if folder := filepath.Dir(config.DataDir); filepath.Base(folder) == "zeitwork" {
		_ = os.Remove(folder)
	}

	return nil
}

// removeFolders removes what containerd and runc keep on the disk for a namespace of containerd that is no more: of tasks that a power cut has ended, among
// others. What lives in memory goes where it is empty. All of it stays where containerd has its data elsewhere.
func (c Config) removeFolders() error {
	for _, folder := range []string{"/run/containerd/runc", "/run/containerd/io.containerd.runtime.v2.task"} {
		_ = os.Remove(filepath.Join(folder, c.ContainerdNamespace))
	}

	return os.RemoveAll(filepath.Join("/var/lib/containerd/io.containerd.runtime.v2.task", c.ContainerdNamespace))
}

// CountVMs returns how many VMs containerd holds anything of.
func CountVMs(ctx context.Context, config Config) (int, error) {
	connection, err := containers.Connect(config.ContainerdSocket, config.ContainerdNamespace)
	if err != nil {
		return 0, fmt.Errorf("reach containerd at %s: %w", config.ContainerdSocket, err)
	}

	defer func() { _ = connection.Close() }()

	found, err := containers.New(connection, containers.Config{Handler: config.Runtime, Snapshotter: config.Snapshotter}).List(ctx)

	return len(found), err
}

// deleteNamespace removes the namespace from containerd, which may take a moment until it has let go of all that was in it.
func deleteNamespace(ctx context.Context, connection *containerd.Client, name string) error {
	const (
		patience = 20 * time.Second
		between  = 100 * time.Millisecond
	)

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	for {
		err := connection.NamespaceService().Delete(ctx, name)
		if err == nil || errdefs.IsNotFound(err) {
			return nil
		}

		if !errdefs.IsFailedPrecondition(err) || ctx.Err() != nil {
			return fmt.Errorf("remove the namespace %s of containerd: %w", name, err)
		}

		pause(ctx, between)
	}
}

// clusterRanges returns the range that the API names. Where it does not answer it is the one whose rules are in place on this machine; of several nobody can
// tell which are this node's.
func (c Config) clusterRanges(ctx context.Context) ([]netip.Prefix, error) {
	if list, err := Contact(ctx, c); err == nil {
		told, err := netip.ParsePrefix(list.ClusterRange)
		if err != nil {
			return nil, fmt.Errorf("read the cluster range: %w", err)
		}

		return []netip.Prefix{told}, nil
	}

	// A node whose token was revoked leaves, too.
	ranges, err := network.Ranges()
	if err == nil && len(ranges) > 1 {
		err = fmt.Errorf("the API does not answer, and the rules of several clusters are in place on this machine (%v): "+
			"leave while the API answers, or end what the others belong to", ranges)
	}

	return ranges, err
}
