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
	// ChannelNodes carries the id of a node whose assignments have changed.
	ChannelNodes = "zeitwork_nodes"
	// ChannelRoutes carries nothing: the route table has changed.
	ChannelRoutes = "zeitwork_routes"
)
