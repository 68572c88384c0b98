// Package capacity says how much of a node is given to VMs.
package capacity

// CPUOvercommit is how many times the processors of a node are given away: apps mostly wait, and where all compute at once each gets its share.
// Memory is given away once: it cannot be shared.
const CPUOvercommit = 4
