package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// The security schemes of the operations.
const (
	userToken = "user_token"
	nodeToken = "node_token"
	edgeToken = "edge_token"
	// sessionScheme is the cookie of a session.
	sessionScheme = "session"
)

// The tags of the operations: the chapters of the documentation.
const (
	tagAccount       = "Account"
	tagOrganisations = "Organisations"
	tagMembers       = "Members"
	tagNotifications = "Notifications"
	tagProjects      = "Projects"
	tagEnvironments  = "Environments"
	tagEnvironment   = "Environment variables"
	tagDomains       = "Domains"
	tagDeployments   = "Deployments"
	tagLogs          = "Logs"
	tagStreams       = "Streams"
	tagGitHub        = "GitHub"
	tagOperators     = "Operators"
	tagAgents        = "Agents"
)

// tags are the chapters in the order in which the documentation shows them.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: tagAccount, Description: "The user that a token belongs to, and their tokens."},
		{Name: tagOrganisations, Description: "Organisations own projects. Things of an organisation that you are no member of answer with 404."},
		{Name: tagMembers, Description: "The users of an organisation, what each may do there, and who is invited."},
		{Name: tagNotifications, Description: "Where an organisation is told of deployments that fail, and of environments that work again: " +
			"by e-mail, in Slack, or by webhooks."},
		{Name: tagProjects, Description: "A project is an app: where its source is and how it runs."},
		{Name: tagGitHub, Description: "The accounts on GitHub that are connected to an organisation, their repositories, " +
			"and what can be told of a repository before there is a project."},
		{Name: tagEnvironments, Description: "Where deployments of a project go: its production, and previews of other branches. " +
			"Each has what is live, domains and variables of its own."},
		{Name: tagEnvironment, Description: "What the app of a project gets in its environment. " +
			"Values can be written and not read, unless an owner has said so of the project."},
		{Name: tagDomains, Description: "The hostnames that a project answers on."},
		{Name: tagDeployments, Description: "A deployment is one version of a project, from the commit until its VMs are gone."},
		{Name: tagLogs, Description: "What builds and apps write, and the requests that apps get: page by page, or as server-sent events while it happens."},
		{Name: tagStreams, Description: "Several streams in one answer."},
		{Name: tagOperators, Description: "Nodes, edges, users, quotas and the whole audit log, for the people who run this platform."},
		{Name: tagAgents, Description: "What node agents and edge proxies call. Their tokens are for nothing else."},
	}
}

// register registers all operations. describeAnswers adds to the description of each what can be told from its input.
func (s *service) register(api huma.API) {
	s.streams = newStreamOperations()

	s.registerAccount(api)
	s.registerSessions(api)
	s.registerOrganisations(api)
	s.registerMembers(api)
	s.registerNotifications(api)
	s.registerProjects(api)
	s.registerChanges(api)
	s.registerRepositoryAccess(api)
	s.registerGitHub(api)
	s.registerEnvironments(api)
	s.registerDeployments(api)
	s.registerRestart(api)
	s.registerLogs(api)
	s.registerRequests(api)
	s.registerStreams(api)
	s.registerOperators(api)
	s.registerOperatorPages(api)
	s.registerPlatformAlerts(api)
	s.registerQuotas(api)
	s.registerMachineTokens(api)
	s.registerAgents(api)

	describeAnswers(api.OpenAPI())
}

// text is how the documentation presents an operation: a few words, and sentences that say what it does.
type text struct{ summary, description string }

func get(tag string, who permission, id, path string, text text) huma.Operation {
	return operation(tag, who, http.MethodGet, http.StatusOK, id, path, text)
}

func create(tag string, who permission, id, path string, text text) huma.Operation {
	return operation(tag, who, http.MethodPost, http.StatusCreated, id, path, text)
}

func remove(tag string, who permission, id, path string, text text) huma.Operation {
	return operation(tag, who, http.MethodDelete, http.StatusNoContent, id, path, text)
}

func operation(tag string, who permission, method string, status int, id, path string, text text) huma.Operation {
	return permitted(huma.Operation{
		OperationID: id, Method: method, Path: path, Tags: []string{tag}, Summary: text.summary, Description: text.description, DefaultStatus: status,
	}, who)
}

// also names statuses of errors that describeAnswers cannot tell from the input of an operation.
func also(op huma.Operation, statuses ...int) huma.Operation {
	op.Errors = append(op.Errors, statuses...)

	return op
}
