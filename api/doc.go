// Package api serves the platform's HTTP API: /v1 for users, nodes and edges, the registry's token endpoint, and pages
// for operators.
//
// Handlers read and write rows and start workflows; workers, nodes and edges do all that touches builds, VMs or the registry. Every
// operation declares beside its path who may call it, which authorize enforces, and every query on an organisation's rows names the organisation. Things
// of an organisation that the caller is no member of are answered with 404.
package api
