// Package vmlog keeps what VMs write until it has been shipped.
//
// Run is the log process, which containerd's shim starts for each VM. It is a process for each, since the shim closes its own reading ends of a VM's pipes:
// where one process read for all VMs, every app would get errors from its writes once that ended. Package program keeps it small.
//
// It reads the VM's stdout and stderr, and outlives the node agent. It writes numbered records to two rotating files in the VM's folder, which the agent
// follows with a Reader. The length of a line, the rate, and the size of the files are bounded. Output beyond a bound is left out, and a line says so.
package vmlog
