package conformance

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

func checkDisk(ctx context.Context, t *trial) outcome {
	root, err := t.snapshotterRoot(ctx)
	if err != nil {
		return failure(err)
	}

	var disk unix.Statfs_t
	if err := unix.Statfs(root, &disk); err != nil {
		return fail("The disk of containerd's snapshots, %s, cannot be looked at: %v.", root, err)
	}

	node := int64(disk.Blocks) * disk.Bsize //nolint:gosec // No disk has eight exabytes.

	return t.withVM(ctx, nil, func(vm client.AssignedVM) outcome {
		var facts app.Facts
		if err := t.ask(ctx, vm, app.FactsPath, nil, &facts); err != nil {
			return failure(err)
		}

		switch {
		case facts.DiskBytes < node:
			return t.fillDisk(ctx, vm, facts.DiskBytes)
		case t.kata:
			return fail("Not limited: any VM can fill the node's %s.", size(node))
		default:
			return unsupported("Not limited: any VM can fill the node's %s.", size(node))
		}
	})
}

// fillDisk has the VM write more than its disk holds.
func (t *trial) fillDisk(ctx context.Context, vm client.AssignedVM, disk int64) outcome {
	// A snapshotter may give all VMs disks of a size that nobody wants to write.
	const most = 4 * diskBytes
	if disk > most {
		return pass("It sees a disk of %s.", size(disk))
	}

	var filled app.Filled
	if err := t.ask(ctx, vm, fmt.Sprintf("%s?n=%d", app.FillPath, disk+1), nil, &filled); err != nil {
		return failure(err)
	}

	if !filled.Full {
		return fail("It sees a disk of %s and could write %s: %q.", size(disk), size(filled.Written), filled.Error)
	}

	return pass("Its disk of %s was full after %s.", size(disk), size(filled.Written))
}

// snapshotterRoot returns the folder in which containerd keeps the file systems of VMs.
func (t *trial) snapshotterRoot(ctx context.Context) (string, error) {
	plugins, err := t.containerd.IntrospectionService().Plugins(ctx, `type==io.containerd.snapshotter.v1,id==`+t.config.Snapshotter)
	if err != nil {
		return "", fmt.Errorf("ask containerd about its snapshotter: %w", err)
	}

	for _, plugin := range plugins.GetPlugins() {
		if root := plugin.GetExports()["root"]; root != "" {
			return root, nil
		}
	}

	return "", fmt.Errorf("containerd does not say where its snapshotter %s keeps file systems", t.config.Snapshotter)
}
