// Package conformance checks that a machine can be a node: that VMs on it get what the platform promises, and nothing else.
//
// The checks run the node agent itself, as a process that can be killed, with the configuration of the machine. What the agent takes for the platform is a
// stand-in on loopback, and edges, strangers and the internet are network namespaces. A containerd namespace, a range of addresses and a data folder of
// their own keep the checks from a node that works on the same machine.
package conformance
