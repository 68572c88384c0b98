package localcluster

import "errors"

// Node is one node of the cluster.
type Node struct {
	// Name is the node's name at the API.
	Name string
	// ContainerdSocket is the path of its containerd's socket, ContainerdNamespace the namespace of its VMs there.
	ContainerdSocket, ContainerdNamespace string
	// DataDir is its agent's folder.
	DataDir string
	// NetworkNamespace is where its network namespace is mounted; empty: it is in the machine's own.
	NetworkNamespace string
	// NetworkFolder is where the network namespaces of its VMs are mounted.
	NetworkFolder string
}

// Nodes returns the nodes, the first first.
func (c *Cluster) Nodes() []Node { return nil }

// CutOff parts a node from the API and the registry; its VMs serve on.
func (c *Cluster) CutOff(string) error { return errors.ErrUnsupported }

// Reconnect ends CutOff.
func (c *Cluster) Reconnect(string) error { return errors.ErrUnsupported }

// EdgeURLs is where each edge proxy answers.
func (c *Cluster) EdgeURLs() []string { return []string{c.EdgeURL()} }
