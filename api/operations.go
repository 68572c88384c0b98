package api

import (
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The security schemes of the operations: who may call.
const (
	userToken = "user_token"
	nodeToken = "node_token"
	edgeToken = "edge_token"
)

// The bounds of a batch of log lines leave room for the largest one that the schema allows. Huma bounds the bodies of all other
// operations, at 1 MiB and 5 seconds.
const (
	maxLogBatch     = 32 << 20
	logBatchTimeout = 30 * time.Second
)

func (s *service) register(api huma.API) {
	s.registerOrganisations(api)
	s.registerProjects(api)
	s.registerDeployments(api)
	s.registerRestart(api)
	s.registerOperators(api)
	s.registerAgents(api)
}

func (s *service) registerOrganisations(api huma.API) {
	huma.Register(api, get("get-me", "/v1/me", "Who the token belongs to"), s.getMe)
	huma.Register(api, get("list-organisations", "/v1/organisations", "Your organisations"), s.listOrganisations)
	huma.Register(api, create("create-organisation", "/v1/organisations", "Make an organisation"), s.createOrganisation)
	huma.Register(api, get("get-organisation", "/v1/organisations/{organisation_id}", "One organisation"), s.getOrganisation)
	huma.Register(api, get("list-audit-events", "/v1/organisations/{organisation_id}/audit-events", "Who changed what"), s.listAuditEvents)
	huma.Register(api, get("list-tokens", "/v1/tokens", "Your tokens"), s.listTokens)
	huma.Register(api, create("create-token", "/v1/tokens", "Make another token"), s.createToken)
	huma.Register(api, remove("revoke-token", "/v1/tokens/{token_id}", "Revoke a token"), s.revokeToken)
}

//nolint:lll // One operation a line.
func (s *service) registerProjects(api huma.API) {
	huma.Register(api, get("list-projects", "/v1/projects", "Your projects"), s.listProjects)
	huma.Register(api, create("create-project", "/v1/projects", "Make a project"), s.createProject)
	huma.Register(api, get("get-project", "/v1/projects/{project_id}", "One project"), s.getProject)
	huma.Register(api, operation(http.MethodPatch, http.StatusOK, "update-project", "/v1/projects/{project_id}", "Change a project"), s.updateProject)
	huma.Register(api, remove("delete-project", "/v1/projects/{project_id}", "Delete a project, its deployments and its domains"), s.deleteProject)

	huma.Register(api, operation(http.MethodPost, http.StatusOK, "unpin-project", "/v1/projects/{project_id}/unpin", "End the pin of a rollback: the newest push that waits goes on"), s.unpinProject)
	huma.Register(api, get("list-project-events", "/v1/projects/{project_id}/events", "What happened to a project beside its deployments"), s.listProjectEvents)

	const variables = "/v1/projects/{project_id}/environment-variables"

	huma.Register(api, get("list-environment-variables", variables, "The names of a project's environment variables"), s.listEnvironmentVariables)
	huma.Register(api, operation(http.MethodPut, http.StatusOK, "set-environment-variable", variables+"/{name}", "Write an environment variable"), s.setEnvironmentVariable)
	huma.Register(api, remove("delete-environment-variable", variables+"/{name}", "Delete an environment variable"), s.deleteEnvironmentVariable)
	huma.Register(api, get("list-domains", "/v1/projects/{project_id}/domains", "A project's domains"), s.listDomains)
	huma.Register(api, create("create-domain", "/v1/projects/{project_id}/domains", "Give a project another domain"), s.createDomain)
	huma.Register(api, remove("delete-domain", "/v1/domains/{domain_id}", "Take a custom domain away"), s.deleteDomain)
}

//nolint:lll // One operation a line.
func (s *service) registerDeployments(api huma.API) {
	const deployments, one = "/v1/projects/{project_id}/deployments", "/v1/deployments/{deployment_id}"

	huma.Register(api, get("list-deployments", deployments, "A project's deployments"), s.listDeployments)
	huma.Register(api, create("create-deployment", deployments, "Deploy a commit"), s.createDeployment)
	huma.Register(api, get("get-deployment", one, "One deployment with its timeline"), s.getDeployment)
	huma.Register(api, operation(http.MethodPost, http.StatusOK, "cancel-deployment", one+"/cancel", "Cancel a deployment that is not live yet"), s.cancelDeployment)
	huma.Register(api, create("redeploy", one+"/redeploy", "Deploy the same commit again, with today's settings"), s.redeploy)

	rollback := create("rollback", one+"/rollback", "Go back to a deployment that was live, by its image")
	rollback.Description = "The project is pinned from then on: pushes are built, and wait until unpin-project, a deployment or a redeployment unpins it. " +
		"A rollback that ends without being live unpins it, too."
	huma.Register(api, rollback, s.rollback)

	huma.Register(api, get("list-build-logs", one+"/build-logs", "What the build wrote"), s.listBuildLogs)
	huma.Register(api, get("list-runtime-logs", one+"/runtime-logs", "What the app wrote"), s.listRuntimeLogs)

	lines := map[string]any{"line": LogLine{}, "end": StreamEnd{}}

	registerStream(api, get("stream-build-logs", one+"/build-logs/stream", "What the build writes, as it happens"), lines, s.streamBuildLogs)
	registerStream(api, get("stream-runtime-logs", one+"/runtime-logs/stream", "What the app writes, as it happens"), lines, s.streamRuntimeLogs)
	registerStream(api, get("stream-deployment", one+"/events", "The deployment, at every change until it has ended"),
		map[string]any{"deployment": Deployment{}}, s.streamDeployment)
}

//nolint:lll // One operation a line.
func (s *service) registerOperators(api huma.API) {
	huma.Register(api, get("list-nodes", "/v1/nodes", "All nodes (operators)"), s.listNodes)
	huma.Register(api, create("create-node", "/v1/nodes", "Make a node (operators)"), s.createNode)
	huma.Register(api, operation(http.MethodPatch, http.StatusOK, "update-node", "/v1/nodes/{node_id}", "Drain a node, or make it ready (operators)"), s.updateNode)
	huma.Register(api, remove("delete-node", "/v1/nodes/{node_id}", "Delete a node that has no VMs (operators)"), s.deleteNode)
	huma.Register(api, get("list-edges", "/v1/edges", "All edges (operators)"), s.listEdges)
	huma.Register(api, create("create-edge", "/v1/edges", "Make an edge (operators)"), s.createEdge)
	huma.Register(api, remove("delete-edge", "/v1/edges/{edge_id}", "Delete an edge (operators)"), s.deleteEdge)
}

//nolint:lll // One operation a line.
func (s *service) registerAgents(api huma.API) {
	huma.Register(api, secured(get("get-assignments", "/v1/node/assignments", "What the calling node is to run"), nodeToken), s.getAssignments)
	huma.Register(api, secured(operation(http.MethodPost, http.StatusNoContent, "report-node", "/v1/node/report", "How the calling node is"), nodeToken), s.reportNode)
	huma.Register(api, secured(get("get-routes", "/v1/edge/routes", "The route table for the calling edge"), edgeToken), s.getRoutes)

	ship := secured(operation(http.MethodPost, http.StatusNoContent, "ship-logs", "/v1/node/logs", "What a VM of the calling node wrote"), nodeToken)
	ship.MaxBodyBytes, ship.BodyReadTimeout = maxLogBatch, logBatchTimeout
	huma.Register(api, ship, s.shipLogs)
}

func operation(method string, status int, id, path, summary string) huma.Operation {
	return secured(huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, DefaultStatus: status}, userToken)
}

func get(id, path, summary string) huma.Operation {
	return operation(http.MethodGet, http.StatusOK, id, path, summary)
}

func create(id, path, summary string) huma.Operation {
	return operation(http.MethodPost, http.StatusCreated, id, path, summary)
}

func remove(id, path, summary string) huma.Operation {
	return operation(http.MethodDelete, http.StatusNoContent, id, path, summary)
}

func secured(op huma.Operation, scheme string) huma.Operation {
	op.Security = []map[string][]string{{scheme: {}}}

	return op
}
