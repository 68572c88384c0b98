// Package containers runs VMs with containerd.
//
// A VM is one container, one snapshot, one disk and one task, named by its id. The container's labels say which deployment it belongs to, from which
// description it was made, and how often it was restarted. Nothing else is remembered: an agent that starts after a restart of itself or of
// containerd reads the labels. The configured runtime handler isolates the VM; it alone makes the difference between a virtual machine and a
// plain container.
//
// The environment of a VM, secrets included, is part of its OCI specification. That stands in plain text in containerd's database on the node's disk, where a
// removed one stays until its pages are written over. While the VM runs it also stands in the bundle that containerd gives the runtime (config.json), and on
// runc in /proc. Root of the node reads it there. The container's labels have a digest of the variables' names and no value, and neither has an argument or a
// log line.
package containers
