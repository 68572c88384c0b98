package cluster

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/relay"
)

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

// node is a Node with what only the cluster needs to know of it.
type node struct {
	Node

	number     int // From 1.
	token      string
	forwarders []*relay.Relay
}

// runFolder is on a tmpfs: mounts of network namespaces are gone after a reboot, and so should their files be.
const runFolder = "/run/zeitwork"

// newNode returns the node with the number, which counts from 1. With several, the node is in a network namespace of its own.
func (c *Cluster) newNode(number int, several bool) *node {
	containerdNamespace := numbered(c.Namespace(), number)
	found := &node{number: number, Node: Node{
		Name: numbered(region, number), DataDir: c.dir(numbered("node", number)), ContainerdNamespace: containerdNamespace,
		// Where package nodeagent mounts them.
		NetworkFolder: filepath.Join(runFolder, containerdNamespace, "netns"),
	}}

	if several {
		found.NetworkNamespace = filepath.Join(c.namespaceFolder(), found.Name)
	}

	return found
}

// namespaceFolder is where the network namespaces of the nodes are mounted.
func (c *Cluster) namespaceFolder() string { return filepath.Join(runFolder, c.Namespace()+"-nodes") }

// numbered returns the plain name for number 1, and the name with the number for the others.
func numbered(name string, number int) string {
	if number == 1 {
		return name
	}

	return name + "-" + strconv.Itoa(number)
}

// Nodes returns the nodes in the order of their numbers.
func (c *Cluster) Nodes() []Node {
	return lo.Map(c.nodes, func(n *node, _ int) Node { return n.Node })
}

// CutOff parts the node of that name from the API and the registry, as when the network between them fails; the node's VMs go on
// serving. It fails in a cluster with a single node, which is in the machine's own network.
func (c *Cluster) CutOff(name string) error {
	found, err := c.forwarding(name)
	if err != nil {
		return err
	}

	return found.closeForwarders()
}

// Reconnect undoes CutOff.
func (c *Cluster) Reconnect(name string) error {
	found, err := c.forwarding(name)
	if err != nil {
		return err
	}

	return found.openForwarders(c.lifetime)
}

func (c *Cluster) forwarding(name string) (*node, error) {
	found, ok := lo.Find(c.nodes, func(n *node) bool { return n.Name == name })

	switch {
	case !ok:
		return nil, fmt.Errorf("there is no node %q", name)
	case found.NetworkNamespace == "":
		return nil, fmt.Errorf("node %s is in the machine's own network and cannot be cut off: start more than one node", name)
	default:
		return found, nil
	}
}
