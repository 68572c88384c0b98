// Package tailnet tests nodes and edges in a tailnet: real tailscaleds in network namespaces without a way out, against a control plane that the test decides
// for.
package tailnet
