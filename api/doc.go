// Package api serves the platform's HTTP API: /v1 for users, nodes and edges, the registry's token endpoint, and pages
// for operators.
//
// Handlers read and write rows and start workflows; whatever touches builds, VMs or the registry happens in workers,
// nodes and edges. Every operation checks by itself what the caller may see: what belongs to an organisation of others
// is answered as if it were not there.
package api
