// Package network gives every VM a network namespace and one address, and lets it reach the internet and nothing else.
//
// There is no bridge: the host's end of each VM's veth pair is routed (address/32 dev zwv…), the VM's end has the gateway
// 169.254.1.1 with a static neighbour. The range of the cluster is unreachable beside the routes of the VMs that run, so that an
// address of the cluster never leaves by the default route.
//
// Policy, in one nftables table for each cluster range: a VM may not use another source address, speaks no IPv6, and
// reaches no address of this machine, no other VM, no private, link-local or carrier range, but for DNS at the nameservers. The
// machine itself may reach its VMs, and so may what comes in by the interfaces named for it.
//
// The machine is the only state: namespaces are bind-mounted under one folder, in files named for their VM, and the folder is what List
// reads. Everything may be done twice.
package network
