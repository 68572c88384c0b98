package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The bounds of a batch of log lines leave room for the largest one that the schema allows. Huma bounds the bodies of all other
// operations, at 1 MiB and 5 seconds.
const (
	maxLogBatch     = 32 << 20
	logBatchTimeout = 30 * time.Second
)

func (s *service) registerOperators(api huma.API) {
	huma.Register(api, get(tagOperators, "list-nodes", "/v1/nodes", text{
		"List nodes", "All nodes, oldest first.",
	}), s.listNodes)
	huma.Register(api, also(create(tagOperators, "create-node", "/v1/nodes", text{
		"Make a node", "The node gets a part of the cluster's address range. The answer holds the token for its agent, this once.",
	}), http.StatusConflict), s.createNode)
	huma.Register(api, operation(tagOperators, http.MethodPatch, http.StatusOK, "update-node", "/v1/nodes/{node_id}", text{
		"Drain a node, or make it ready", "A draining node gets no new VMs, and those that it has are replaced elsewhere.",
	}), s.updateNode)
	huma.Register(api, also(remove(tagOperators, "delete-node", "/v1/nodes/{node_id}", text{
		"Delete a node", "Its agent's token is refused from then on. A node that still has VMs is a conflict: drain it first.",
	}), http.StatusConflict), s.deleteNode)
	huma.Register(api, get(tagOperators, "list-edges", "/v1/edges", text{
		"List edges", "All edges, oldest first.",
	}), s.listEdges)
	huma.Register(api, also(create(tagOperators, "create-edge", "/v1/edges", text{
		"Make an edge", "The answer holds the token for its proxy, this once.",
	}), http.StatusConflict), s.createEdge)
	huma.Register(api, remove(tagOperators, "delete-edge", "/v1/edges/{edge_id}", text{
		"Delete an edge", "Its proxy's token is refused from then on, and addresses no longer wait for its acknowledgement.",
	}), s.deleteEdge)
}

//nolint:lll // One text a line.
func (s *service) registerAgents(api huma.API) {
	huma.Register(api, secured(get(tagAgents, "get-assignments", "/v1/node/assignments", text{
		"Show what the node is to run", "The VMs that the calling node is to run. With If-None-Match and wait_seconds it answers as soon as they differ, else with 304.",
	}), nodeToken), s.getAssignments)
	huma.Register(api, secured(operation(tagAgents, http.MethodPost, http.StatusNoContent, "report-node", "/v1/node/report", text{
		"Report how the node is", "Stores the state of the calling node and of its VMs.",
	}), nodeToken), s.reportNode)
	huma.Register(api, secured(get(tagAgents, "get-routes", "/v1/edge/routes", text{
		"Show the route table", "Where the requests for each hostname go. If-None-Match acknowledges a version; with wait_seconds it answers as soon as there is another, else with 304.",
	}), edgeToken), s.getRoutes)

	ship := secured(operation(tagAgents, http.MethodPost, http.StatusNoContent, "ship-logs", "/v1/node/logs", text{
		"Store log lines", "Stores lines that a VM of the calling node wrote. Lines that are stored already are passed over.",
	}), nodeToken)
	ship.MaxBodyBytes, ship.BodyReadTimeout = maxLogBatch, logBatchTimeout
	huma.Register(api, also(ship, http.StatusNotFound), s.shipLogs)
}
