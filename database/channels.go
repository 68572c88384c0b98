package database

// The channels of pg_notify. A notification only makes its listeners look again sooner: they also look by themselves,
// every second or so.
const (
	// ChannelDeployments carries the id of a deployment whose row, timeline or VMs have changed.
	ChannelDeployments = "zeitwork_deployments"
	// ChannelBuildLogs carries the id of a deployment whose build has written lines.
	ChannelBuildLogs = "zeitwork_build_logs"
	// ChannelRuntimeLogs carries the id of a deployment whose VMs have written lines.
	ChannelRuntimeLogs = "zeitwork_runtime_logs"
	// ChannelRequestLogs carries the id of a project whose deployments got requests.
	ChannelRequestLogs = "zeitwork_request_logs"
	// ChannelNodes carries the id of a node whose assignments have changed.
	ChannelNodes = "zeitwork_nodes"
	// ChannelRoutes carries nothing: the route table has changed.
	ChannelRoutes = "zeitwork_routes"
	// ChannelEdges carries the id of an edge of which operators want something else.
	ChannelEdges = "zeitwork_edges"
	// ChannelCertificates carries nothing: what edges end TLS with has changed.
	ChannelCertificates = "zeitwork_certificates"
	// ChannelDetections carries the id of a detection that has ended.
	ChannelDetections = "zeitwork_detections"
	// ChannelPolls carries nothing: somebody wants a repository to be looked at now.
	ChannelPolls = "zeitwork_polls"
	// ChannelChanges carries what has changed that a page may show, and whose it is. Triggers alone notify it; changes.go reads it.
	ChannelChanges = "zeitwork_changes"
)
