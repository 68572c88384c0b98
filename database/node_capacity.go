package database

import "github.com/zeitwork/zeitwork/internal/capacity"

// CPUShares returns how many thousandths of a processor the node gives to VMs. It gives each processor away several times.
func (n Node) CPUShares() int64 {
	return int64(n.CPUOvercommit * float64(bounded(n.CPUMillis, n.MaxCPUMillis)))
}

// MemoryForVMs returns the bytes of memory that the node gives to VMs. It gives none away twice.
func (n Node) MemoryForVMs() int64 {
	return max(0, bounded(n.MemoryBytes, n.MaxMemoryBytes)-n.ReservedMemoryBytes)
}

// VMOverhead returns the bytes of memory that each VM takes of the node beside its own.
func (n Node) VMOverhead() int64 { return capacity.Overhead(n.Runtime) }

// bounded returns what a node reports, which counts up to the bound.
func bounded[T int32 | int64](reported T, bound *T) T {
	if bound == nil {
		return reported
	}

	return min(reported, *bound)
}
