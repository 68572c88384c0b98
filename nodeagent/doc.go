// Package nodeagent makes one machine run the VMs that are assigned to it.
//
// The agent asks /v1 what the node is to run, by a long poll, and has one goroutine for each VM that brings it about: image, network
// namespace, container, task, health. It reports on every change, ships what VMs write, and removes what no assignment
// names. It keeps no state of its own: labels in containerd and the folder of network namespaces say what is there, so that an agent that
// is killed stops no VM and the next one adopts them. As long as it has not heard from /v1 it touches nothing.
package nodeagent
