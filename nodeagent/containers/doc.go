// Package containers runs VMs with containerd.
//
// A VM is one container with its id, one snapshot with its id, and one task; the container's labels say which deployment it is of, from
// what description it was made, and how often it was restarted. There is no other memory: whoever asks next, after a restart
// of the agent or of containerd, reads the labels. Which runtime handler isolates the VM is configuration, and the only thing that
// differs between a virtual machine and a plain container.
//
// The environment of a VM, secrets included, stands in the OCI specification that containerd stores in its database on the node: that cannot be
// avoided. It stands in no label, no argument and no log line.
package containers
