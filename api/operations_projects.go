package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerProjects(api huma.API) {
	const one = "/v1/projects/{project_id}"

	huma.Register(api, get(tagProjects, anyUser(), "list-projects", "/v1/projects", text{
		"List projects", "The projects of your organisations, newest first.",
	}), s.listProjects)
	huma.Register(api, also(create(tagProjects, developerOf(bodySubject()), "create-project", "/v1/projects", text{
		"Make a project", "The project gets a generated domain of its slug. A slug of your choice that is taken is a conflict; one made from the name gets a suffix where it is taken. " +
			"Nothing is deployed until the first push or create-deployment.",
	}), http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable), s.createProject)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-project", one, text{
		"Show a project", "One project with its settings, what is live and what pins it.",
	}), s.getProject)
	huma.Register(api, operation(tagProjects, developerOf(projectSubject()), http.MethodPatch, http.StatusOK, "update-project", one, text{
		"Change a project", "Changes the settings that the body names and leaves the others. A change of instances applies to what is live; all others apply to the next deployment.",
	}), s.updateProject)
	huma.Register(api, remove(tagProjects, ownerOf(projectSubject()), "delete-project", one, text{
		"Delete a project", "Ends all that runs for the project and takes its domains away. It cannot be undone.",
	}), s.deleteProject)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPost, http.StatusOK, "unpin-project", one+"/unpin", text{
		"End the pin of a rollback", "The newest push that waits because the project's production is pinned goes on. A project that is not pinned is a conflict.",
	}), http.StatusConflict), s.unpinProject)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "list-project-events", one+"/events", text{
		"List a project's events", "What happened to a project beside its deployments, newest first: instances that were added, stopped or replaced, pins, and previews.",
	}), s.listProjectEvents)

	const variables = one + "/environment-variables"

	huma.Register(api, get(tagEnvironment, viewerOf(projectSubject()), "list-environment-variables", variables, text{
		"List a project's variables", "The names of a project's environment variables, by name. Values are never shown.",
	}), s.listEnvironmentVariables)
	huma.Register(api, also(operation(tagEnvironment, developerOf(projectSubject()), http.MethodPut, http.StatusOK, "set-environment-variable", variables+"/{name}", text{
		"Write a variable", "Makes an environment variable or replaces its value; the next deployment sees it. PORT is a number and is what the app listens on; names that begin with ZEITWORK_ are the platform's.",
	}), http.StatusConflict), s.setEnvironmentVariable)
	huma.Register(api, remove(tagEnvironment, developerOf(projectSubject()), "delete-environment-variable", variables+"/{name}", text{
		"Delete a variable", "The next deployment no longer sees it; what is live keeps it.",
	}), s.deleteEnvironmentVariable)

	huma.Register(api, get(tagDomains, viewerOf(projectSubject()), "list-domains", one+"/domains", text{
		"List a project's domains", "The generated domains of its environments and those that were added, oldest first.",
	}), s.listDomains)
	huma.Register(api, also(create(tagDomains, developerOf(projectSubject()), "create-domain", one+"/domains", text{
		"Add a domain", "The environment answers on the hostname at once, as soon as its DNS points at the edges. A hostname belongs to one project.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.createDomain)
	huma.Register(api, also(remove(tagDomains, developerOf(domainSubject()), "delete-domain", "/v1/domains/{domain_id}", text{
		"Remove a domain", "The project stops answering on the hostname. The generated domain stays: removing it is a conflict.",
	}), http.StatusConflict), s.deleteDomain)
}
