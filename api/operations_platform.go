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
	// maxRequestBatch is the bound of a batch of requests, for which the same holds.
	maxRequestBatch = 16 << 20
)

func (s *service) registerOperators(api huma.API) {
	huma.Register(api, get(tagOperators, operators(), "get-platform-health", "/v1/platform/health", text{
		"Look at the whole platform", "Versions, clocks, certificates, disks, nodes, workers, edges, queues, leaks, the age of the newest backup and the " +
			"database, each with what was found and what to do. It asks the database alone, and takes two seconds where an edge is behind.",
	}), s.getPlatformHealth)
	huma.Register(api, get(tagOperators, operators(), "list-nodes", "/v1/nodes", text{
		"List nodes", "All nodes, oldest first.",
	}), s.listNodes)
	huma.Register(api, also(create(tagOperators, operators(), "create-node", "/v1/nodes", text{
		"Make a node", "It gets a free part of the cluster's address range; where none is free is a conflict. The answer holds its agent's token, this once.",
	}), http.StatusConflict), s.createNode)
	huma.Register(api, create(tagOperators, operators(), "create-join-token", "/v1/nodes/{node_id}/join-tokens", text{
		"Make a node's one-time token",
		"A machine that joins with it becomes the node. It is good for an hour, for one machine, and the one before is good no longer.",
	}), s.createJoinToken)
	huma.Register(api, create(tagOperators, operators(), "create-edge-join-token", "/v1/edges/{edge_id}/join-tokens", text{
		"Make an edge's one-time token",
		"A machine that joins with it becomes the edge. It is good for an hour, for one machine, and the one before is good no longer.",
	}), s.createEdgeJoinToken)
	huma.Register(api, operation(tagOperators, operators(), http.MethodPatch, http.StatusOK, "update-node", "/v1/nodes/{node_id}", text{
		"Change a node", "A cordoned node gets no new VMs; a draining one neither, and those that it has are replaced elsewhere. " +
			"A node whose capacity is lowered keeps the VMs that it has.",
	}), s.updateNode)
	huma.Register(api, also(remove(tagOperators, operators(), "delete-node", "/v1/nodes/{node_id}", text{
		"Delete a node", "Its agent's token is refused from then on. A node that still has VMs is a conflict: drain it first.",
	}), http.StatusConflict), s.deleteNode)
	huma.Register(api, get(tagOperators, operators(), "list-edges", "/v1/edges", text{
		"List edges", "All edges, oldest first.",
	}), s.listEdges)
	huma.Register(api, also(create(tagOperators, operators(), "create-edge", "/v1/edges", text{
		"Make an edge", "The answer holds the token for its proxy, this once.",
	}), http.StatusConflict), s.createEdge)
	huma.Register(api, operation(tagOperators, operators(), http.MethodPatch, http.StatusOK, "update-edge", "/v1/edges/{edge_id}", text{
		"Change an edge", "A draining edge answers 503 at its health path, so that load balancers leave it, and serves whoever still comes. " +
			"It hears of it within moments; its drains says when it does so.",
	}), s.updateEdge)
	huma.Register(api, remove(tagOperators, operators(), "delete-edge", "/v1/edges/{edge_id}", text{
		"Delete an edge", "Its proxy's token is refused from then on, and addresses no longer wait for its acknowledgement.",
	}), s.deleteEdge)
	huma.Register(api, get(tagOperators, operators(), "list-users", "/v1/users", text{
		"List users", "Everybody who has an account on this platform, oldest first.",
	}), s.listUsers)
	huma.Register(api, also(operation(tagOperators, operators(), http.MethodPut, http.StatusOK, "set-operator", "/v1/users/{user_id}/operator", text{
		"Make a user an operator, or end that", "The last operator stays one: ending that is a conflict.",
	}), http.StatusConflict), s.setOperator)
	huma.Register(api, get(tagOperators, operators(), "list-all-audit-events", "/v1/audit-events", text{
		"List who changed what on the platform", "The changes to nodes, edges, users and tokens, and those to all organisations and what they own, newest first.",
	}), s.listAllAuditEvents)
}

// registerQuotas registers what operators do with quotas.
func (s *service) registerQuotas(api huma.API) {
	const platform, one = "/v1/quotas", "/v1/quotas/{organisation_slug}"

	set := text{"Set the platform's quotas", "Sets what organisations may use at most that have no number of their own. " +
		"A number that the body leaves out is the one that comes with the platform. Nothing that runs is stopped."}

	huma.Register(api, get(tagOperators, operators(), "get-platform-quotas", platform, text{
		"Show the platform's quotas", "What organisations may use at most that have no number of their own.",
	}), s.getPlatformQuotas)
	huma.Register(api, operation(tagOperators, operators(), http.MethodPut, http.StatusOK, "set-platform-quotas", platform, set), s.setPlatformQuotas)
	huma.Register(api, get(tagOperators, operators(), "get-quotas", one, text{
		"Show an organisation's quotas", "What was set for an organisation, and what it may use at most in the end.",
	}), s.getQuotas)

	set = text{"Set an organisation's quotas", "Sets what an organisation may use at most. " +
		"For a number that the body leaves out the platform's holds. Nothing that runs is stopped."}

	huma.Register(api, operation(tagOperators, operators(), http.MethodPut, http.StatusOK, "set-quotas", one, set), s.setOrganisationQuotas)
}

// registerMachineTokens registers what operators do with the tokens of nodes and edges.
func (s *service) registerMachineTokens(api huma.API) {
	const (
		node, edge = "/v1/nodes/{node_id}/tokens", "/v1/edges/{edge_id}/tokens"
		list       = "Those that are valid, newest first. Their secrets are not shown again."
		rotate     = "The answer holds the new token, this once. The ones that it had end after keep_old_minutes: start its service anew with the new one " +
			"until then. What runs and what is served does not stop meanwhile."
		revoke = "It is refused from then on."
	)

	huma.Register(api, get(tagOperators, operators(), "list-node-tokens", node, text{"List a node's tokens", list}), s.listNodeTokens)
	huma.Register(api, create(tagOperators, operators(), "rotate-node-token", node, text{"Replace a node's token", rotate}), s.rotateNodeToken)
	huma.Register(api, remove(tagOperators, operators(), "revoke-node-token", node+"/{token_id}", text{"Revoke a node's token", revoke}), s.revokeNodeToken)
	huma.Register(api, get(tagOperators, operators(), "list-edge-tokens", edge, text{"List an edge's tokens", list}), s.listEdgeTokens)
	huma.Register(api, create(tagOperators, operators(), "rotate-edge-token", edge, text{"Replace an edge's token", rotate}), s.rotateEdgeToken)
	huma.Register(api, remove(tagOperators, operators(), "revoke-edge-token", edge+"/{token_id}", text{"Revoke an edge's token", revoke}), s.revokeEdgeToken)
}

//nolint:lll // One text a line.
func (s *service) registerAgents(api huma.API) {
	huma.Register(api, get(tagAgents, nodes(), "get-assignments", "/v1/node/assignments", text{
		"Show what the node is to run", "The VMs that the calling node is to run. With If-None-Match and wait_seconds it answers as soon as they differ, else with 304.",
	}), s.getAssignments)

	changes := operation(tagAgents, nodes(), http.MethodPost, http.StatusOK, "get-assignment-changes", "/v1/node/assignments", text{
		"Show what has changed of what the node is to run", "The VMs that the calling node has not been told of in their present version, and those that it has been told of and are to be removed. With wait_seconds it answers as soon as there are any, else with none.",
	})
	// A time for the body would go on while the request waits, and end it.
	changes.BodyReadTimeout = -1
	huma.Register(api, changes, s.getAssignmentChanges)

	huma.Register(api, also(operation(tagAgents, nodes(), http.MethodPost, http.StatusNoContent, "report-node", "/v1/node/report", text{
		"Report how the node is", "Stores the state of the calling node and of its VMs.",
	}), http.StatusServiceUnavailable), s.reportNode)
	huma.Register(api, also(operation(tagAgents, anybody(), http.MethodPost, http.StatusOK, "join-node", "/v1/node/join", text{
		"Become a node", "Exchanges a one-time token for the token of its node, which is of use with the key of the calling machine alone. The machine that has used it may ask again while it lasts, as the answer may be lost. What other tokens the node has end ten minutes later, or at once where another machine was the node; while that is in touch the answer is a conflict.",
	}), http.StatusUnauthorized, http.StatusConflict, http.StatusTooManyRequests), s.joinNode)
	huma.Register(api, operation(tagAgents, nodes(), http.MethodPost, http.StatusOK, "bind-node-token", "/v1/node/token", text{
		"Bind the node's token to its machine", "Replaces the calling node's token by one that is of use with the key alone. What other tokens the node has end ten minutes later. With another key than before it replaces the key, too.",
	}), s.bindNodeToken)
	huma.Register(api, get(tagAgents, edges(), "get-routes", routesPath, text{
		"Show the route table", "Where the requests for each hostname go. If-None-Match acknowledges a version; with wait_seconds it answers as soon as there is another, else with 304. With Zeitwork-Routes-Checksum the answer is what has changed since that version, or the whole table where that is not known any more or the checksum is not that of the version.",
	}), s.getRoutesAndEdges)
	huma.Register(api, also(operation(tagAgents, edges(), http.MethodPost, http.StatusNoContent, "bind-edge-token", "/v1/edge/key", text{
		"Bind the edge's token to its machine", "Makes the calling edge's token of use with the key alone: every later request with it has to be signed. A token that is bound stays so; one with another key is a conflict.",
	}), http.StatusConflict), s.bindEdgeToken)
	huma.Register(api, also(operation(tagAgents, anybody(), http.MethodPost, http.StatusOK, "join-edge", "/v1/edge/join", text{
		"Become an edge", "Exchanges a one-time token for the token of its edge, which is of use with the key of the calling machine alone. The machine that has used it may ask again while it lasts, as the answer may be lost. What other tokens the edge has end ten minutes later, or at once where another machine was the edge; while that is in touch the answer is a conflict, and so it is while the calling machine is another edge.",
	}), http.StatusUnauthorized, http.StatusConflict, http.StatusTooManyRequests), s.joinEdge)
	huma.Register(api, get(tagAgents, edges(), "get-edge-certificates", "/v1/edge/certificates", text{
		"Show what to end TLS with", "Certificates with their private keys, keys of session tickets, and what to answer certificate authorities. If-None-Match acknowledges a version; with wait_seconds it answers as soon as there is another, else with 304.",
	}), s.getEdgeCertificates)
	huma.Register(api, operation(tagAgents, edges(), http.MethodPost, http.StatusNoContent, "report-edge", "/v1/edge/report", text{
		"Report what the edge has counted", "Adds what the calling edge has counted of requests to the minutes, hours and days that it belongs to, once for each report.",
	}), s.reportEdge)

	huma.Register(api, also(operation(tagAgents, edges(), http.MethodPost, http.StatusOK, "wake-deployment", "/v1/edge/wake", text{
		"Wake a deployment", "Has the VMs of a deployment started whose environment sleeps, as the calling edge holds a request for it. For one that is awake, or waking already, it does nothing.",
	}), http.StatusNotFound), s.wakeDeployment)

	ship := operation(tagAgents, nodes(), http.MethodPost, http.StatusNoContent, "ship-logs", "/v1/node/logs", text{
		"Store log lines", "Stores lines that a VM of the calling node wrote. Lines that are stored already are passed over.",
	})
	ship.MaxBodyBytes, ship.BodyReadTimeout = maxLogBatch, logBatchTimeout
	huma.Register(api, also(ship, http.StatusNotFound), s.shipLogs)

	ship = operation(tagAgents, edges(), http.MethodPost, http.StatusNoContent, "ship-requests", "/v1/edge/requests", text{
		"Store requests", "Stores requests that the calling edge passed to deployments, and how many of which deployment it left out. What is stored already is passed over, as is what is of no deployment, of a project that keeps none, older than a day, or from an hour ahead.",
	})
	ship.MaxBodyBytes, ship.BodyReadTimeout = maxRequestBatch, logBatchTimeout
	huma.Register(api, ship, s.shipRequests)
}
