// Command stubshim is a containerd shim that starts no process: one of it keeps to the contract of a shim for all VMs of a node, so that hundreds of them
// fit on any machine and cost next to nothing. As containerd's own shim does it starts the log process of each VM. In the network namespace of each VM it
// answers HTTP on the app's port, and writes lines to the VM's stdout when GET /write?lines=N asks for them.
//
// The benchmark of package node puts it in the place of the shim of runc.
package main

import (
	"context"

	"github.com/containerd/containerd/v2/pkg/shim"
)

func main() {
	shim.RunShim(context.Background(), manager{}, func(config *shim.Config) { config.NoReaper, config.NoSubreaper = true, true })
}
