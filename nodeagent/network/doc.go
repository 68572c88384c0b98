// Package network gives every VM a network namespace and one address, and lets it reach the internet and nothing else.
//
// There is no bridge: the host routes each VM's address to its end of the VM's veth pair (address/32 dev zwv…), and the VM's end has the
// gateway 169.254.1.1 with a static neighbour. The rest of the cluster's range is unreachable, so that a packet for an address without
// a VM never leaves by the default route.
//
// The policy is one nftables table for each cluster range. A VM may not use another source address and has no IPv6. It reaches neither
// this machine, other VMs nor any range of package iprange, except for DNS at the nameservers. The machine itself may reach its VMs,
// and so may packets that come in by the interfaces of Network.Ingress. Assert puts the table back when anything has changed it, and takes all VMs off
// the network while it cannot. Filters at the host's end of each veth pair, which no flush of nftables removes, hold the most of it meanwhile.
//
// The machine holds all of the state: the namespaces are mounted in one folder, on files named for their VMs, and List reads the folder.
// Every call may be repeated. A namespace belongs to one start of its VM: the next start gets a new one under the same name and with the same address,
// so that no VM has more than one at a time.
package network
