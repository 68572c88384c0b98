package database

import "encoding/json"

// rackLabel names the rack that a node stands in: nodes of one rack are likely to fail together.
const rackLabel = "rack"

// LabelsOf returns what operators call the node by.
func (n Node) LabelsOf() map[string]string {
	labels := map[string]string{}
	if err := json.Unmarshal(n.Labels, &labels); err != nil {
		return map[string]string{}
	}

	return labels
}

// Rack returns the name of the rack that the node stands in, or, where it is not known, the node's own id: it fails with no other node then.
func (n Node) Rack() string {
	if rack := n.LabelsOf()[rackLabel]; rack != "" {
		return rack
	}

	return n.ID.String()
}
