// Package vmlog keeps what VMs write until it has been shipped.
//
// Run is the process that containerd's shim starts for each VM and that reads its stdout and stderr: it outlives the node agent. It
// writes numbered records to two rotating files in the VM's folder; Reader is how the agent follows them. Everything is bounded: the
// length of a line, the rate, and the size of the files. What is over a bound is left out, and a line says so.
package vmlog
