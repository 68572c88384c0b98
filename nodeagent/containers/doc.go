// Package containers runs VMs with containerd.
//
// A VM is one container, one snapshot and one task, named by its id. The container's labels say which deployment it belongs to, from which
// description it was made, and how often it was restarted. Nothing else is remembered: an agent that starts after a restart of itself or of
// containerd reads the labels. The configured runtime handler isolates the VM; it alone makes the difference between a virtual machine and a
// plain container.
//
// The environment of a VM, secrets included, is part of the OCI specification that containerd stores in its database on the node. That cannot be
// avoided. It is in no label, no argument and no log line.
package containers
