package api

import (
	"github.com/danielgtaylor/huma/v2"
)

// registerOperatorPages registers what operators see of the platform's inside: what runs where, what waits for what, and what nothing needs.
//
//nolint:lll // One text a line.
func (s *service) registerOperatorPages(api huma.API) {
	huma.Register(api, get(tagOperators, operators(), "get-node", "/v1/nodes/{node_id}", text{
		"Show a node", "One node with what its VMs hold of it.",
	}), s.getNode)
	huma.Register(api, get(tagOperators, operators(), "list-node-vms", "/v1/nodes/{node_id}/vms", text{
		"List the VMs of a node", "The VMs of which something is left on the node, oldest first, with the deployment, project and organisation that each is for.",
	}), s.listNodeVMs)
	huma.Register(api, get(tagOperators, operators(), "get-edge", "/v1/edges/{edge_id}", text{
		"Show an edge", "One edge with the route table that it serves from.",
	}), s.getEdge)
	huma.Register(api, get(tagOperators, operators(), "get-machine-settings", "/v1/machine-settings", text{
		"Show what machines are told of the platform", "What the configuration of a new node, edge or worker says of the platform, beside its token. An address inside may be right where this one is the public one.",
	}), s.getMachineSettings)
	huma.Register(api, get(tagOperators, operators(), "list-builders", "/v1/builders", text{
		"List builders", "The workers, which run the steps of deployments, oldest first, each with what it builds now and with its BuildKit.",
	}), s.listBuilders)
	huma.Register(api, get(tagOperators, operators(), "get-queue", "/v1/queue", text{
		"Show how full the queues are", "Of each queue how many jobs run and wait, and how many deployments wait without a job.",
	}), s.getQueue)
	huma.Register(api, get(tagOperators, operators(), "list-queue-jobs", "/v1/queue/jobs", text{
		"List what runs and what waits", "The jobs that are not done: first those that run, then those that wait for a free slot, for another attempt, and for their time; in each state by queue, in the order in which workers take them. A job that changes its state meanwhile may be on two pages or on none.",
	}), s.listQueueJobs)
	huma.Register(api, get(tagOperators, operators(), "list-waiting-deployments", "/v1/queue/deployments", text{
		"List deployments that wait without a job", "The deployments that wait for their organisation's turn to build, for its quota, or until their environment is unpinned, oldest first.",
	}), s.listWaitingDeployments)
	huma.Register(api, get(tagOperators, operators(), "list-leaks", "/v1/leaks", text{
		"List what no row needs", "VMs, addresses, images and snapshots that are there although nothing needs them, and that were found so for five minutes: until then whoever found them is about to remove them. Normally empty. The kinds say when was last looked, and how many places do not tell.",
	}), s.listLeaks)
	huma.Register(api, get(tagOperators, operators(), "list-leak-looks", "/v1/leaks/looks", text{
		"List where was looked for leaks, and when", "The platform itself, which the first page has beside its items, and the nodes, oldest first. Not looked at are repositories of the registry of which the database has no project any more, and what builds leave on the machines of BuildKit.",
	}), s.listLeakLooks)
}
