package nodeagent

const (
	// StatusInTouch is what `systemctl status` shows of an agent whose last report the API has taken, and whose VMs edges can reach as far as it knows.
	StatusInTouch = "in touch with the API"
	// StatusOutOfReach comes before the reason where the API has taken the last report, and edges cannot reach the VMs.
	StatusOutOfReach = StatusInTouch + ", out of reach of edges: "
)

// statusAfter returns the status of an agent whose last report ended with err, and said why edges cannot reach the node.
func statusAfter(err error, unreachable string) string {
	if err != nil {
		return "not in touch with the API: " + err.Error()
	}

	if unreachable != "" {
		return StatusOutOfReach + unreachable
	}

	return StatusInTouch
}
