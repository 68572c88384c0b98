package nodeagent

import (
	"context"
	"fmt"

	"github.com/zeitwork/zeitwork/nodeagent/containers"
)

// smallestDisk is the smallest disk that a VM may get.
const smallestDisk = 16 << 20

// limitDisk takes the limit off where this machine has not what it takes, and returns why: on runc, which is for trusted code, VMs go without one. On any other
// runtime that is an error with a sentence for the operator.
func limitDisk(c *Config) (unlimited, err error) {
	if c.DiskBytes < 0 || (c.DiskBytes > 0 && c.DiskBytes < smallestDisk) {
		return nil, fmt.Errorf("ZEITWORK_NODE_VM_DISK_BYTES is %d: set at least %d, or 0 to let VMs fill the node's disk", c.DiskBytes, smallestDisk)
	}

	if c.DiskBytes == 0 || c.Snapshotter != containers.Overlayfs {
		return nil, nil
	}

	err = containers.FindDiskTools()
	if err == nil || c.Runtime != containers.Runc {
		return nil, err
	}

	c.DiskBytes = 0

	return err, nil
}

// checkDisk tells what bounds the disk of a VM.
func checkDisk(ctx context.Context, config Config) Finding {
	finding := Finding{
		Part: "disks of VMs", Advice: "Set ZEITWORK_NODE_VM_DISK_BYTES.", Tolerable: config.DiskBytes == 0 || config.Runtime == containers.Runc,
	}

	switch {
	case config.Snapshotter != containers.Overlayfs:
		finding.OK, finding.Advice = true, ""
		finding.Detail = fmt.Sprintf("The configuration of containerd's snapshotter %s bounds them, or nothing does.", config.Snapshotter)
	case config.DiskBytes == 0:
		finding.Detail = "They are not limited: each VM may fill the node's."
	default:
		if err := containers.TryDisk(ctx, config.vmFolder()); err != nil {
			finding.Detail = fmt.Sprintf("They cannot be limited: %v.", err)
			finding.Advice = "Install Debian's package e2fsprogs, and see that the kernel has loop devices."

			return finding
		}

		finding.OK, finding.Advice = true, ""
		finding.Detail = fmt.Sprintf("Each VM gets %d MiB.", config.DiskBytes/mebibyte)
	}

	return finding
}

// describeFullDisk returns a sentence, to be put behind another one, where the VM has used up its disk. Otherwise it returns "".
func (m *machine) describeFullDisk() string {
	full := m.agent.runtime.FullDisk(m.id)
	if full == 0 {
		return ""
	}

	return fmt.Sprintf(" Its disk of %d MiB is full: have it delete what it no longer needs, or keep less there.", full/mebibyte)
}
