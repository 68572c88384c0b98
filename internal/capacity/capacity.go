// Package capacity says what VMs cost a node beside what their apps are given.
package capacity

const mebibyte = 1 << 20

// What a VM's processes on the host take, as measured with an idle app.
const (
	logger        = 8 * mebibyte
	runcShim      = 16 * mebibyte
	kataShim      = 36 * mebibyte
	kataVirtiofsd = 15 * mebibyte
	// kataHypervisor has the guest's kernel and agent in it.
	kataHypervisor = 148 * mebibyte
)

// Overhead returns the memory in bytes that each VM takes of a node with that runtime handler beside the memory that its app may use. It is the
// one of Kata Containers, which is the most, where the node has not told its runtime.
func Overhead(runtime string) int64 {
	if runtime == "io.containerd.runc.v2" {
		return runcShim + logger
	}

	return kataHypervisor + kataShim + kataVirtiofsd + logger
}
