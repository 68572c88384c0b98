// Package nodeagent makes one machine run the VMs that are assigned to it.
//
// The agent long-polls /v1 for what changes of the VMs that the node is to run. One goroutine a VM makes it so: image, network namespace, container,
// task, health.
// The agent reports every change, ships the VMs' logs, and removes everything that belongs to no assigned VM. It keeps no state of its own: labels
// in containerd and the folder of network namespaces say what runs, so that a killed agent stops no VM and the next agent adopts them. Until the
// first answer of /v1 the agent touches nothing.
package nodeagent
