package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:funlen,lll // One operation after the other, and one text a line.
func (s *service) registerProjects(api huma.API) {
	const one = "/v1/projects/{project_id}"

	huma.Register(api, get(tagProjects, anyUser(), "list-projects", "/v1/projects", text{
		"List projects", "The projects of your organisations, newest first: all of them, or those that a search finds.",
	}), s.listProjects)
	huma.Register(api, get(tagProjects, anyUser(), "get-regions", "/v1/regions", text{
		"Show the regions", "The regions where apps can run, for the regions of a project.",
	}), s.getRegions)
	huma.Register(api, also(create(tagProjects, developerOf(bodySubject()), "create-project", "/v1/projects", text{
		"Make a project", "The project gets a generated domain of its slug. A slug of your choice that is taken is a conflict; one made from the name gets a suffix where it is taken. " +
			"Where the organisation has as many projects as it may have it is a conflict. Nothing is deployed until the first push or create-deployment.",
	}), http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable), s.createProject)
	huma.Register(api, also(get(tagProjects, developerOf(organisationSubject()), "preview-project-address", "/v1/organisations/{organisation_id}/project-address", text{
		"Show which address a project would get", "The slug and URL that create-project would give a project of this name or slug, as long as nobody else takes them first. " +
			"A slug that cannot be had is told in problem.",
	}), http.StatusConflict), s.previewProjectAddress)
	// Most clients give a URL: the generated one has a plain string for it, of which the empty one is left out.
	api.OpenAPI().Components.Schemas.Map()["CreateProjectInputBody"].Properties["repository_url"].Extensions = map[string]any{
		"x-go-type-skip-optional-pointer": true,
	}
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-project", one, text{
		"Show a project", "One project with its settings, what is live and what pins it.",
	}), s.getProject)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPatch, http.StatusOK, "update-project", one, text{
		"Change a project", "Changes the settings that the body names and leaves the others. A change of instances and regions applies to what is live; all others apply to the next deployment. " +
			"What goes beyond the quotas of the organisation is a conflict.",
	}), http.StatusConflict), s.updateProject)
	huma.Register(api, remove(tagProjects, ownerOf(projectSubject()), "delete-project", one, text{
		"Delete a project", "Ends all that runs for the project and stops it answering. restore-project undoes that as long as the project is kept, of which undo_seconds of get-project-deletion tells; for_good keeps nothing.",
	}), s.deleteProject)
	s.registerDeletedProjects(api)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-project-deletion", one+"/deletion", text{
		"Show what deleting a project takes", "What goes with the project when it is deleted, counted and named.",
	}), s.getProjectDeletion)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-pending-changes", one+"/pending-changes", text{
		"Show what needs a deployment", "The variables and settings that were changed since what is live was deployed, for each environment. What is live gets them with its next deployment. " +
			"Of a rollback that is what was changed since the deployment that it went back to, and of what was restored with its project since the one before.",
	}), s.getPendingChanges)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPost, http.StatusOK, "unpin-project", one+"/unpin", text{
		"End the pin of a rollback", "The newest push that waits because the project's production is pinned goes on. A project that is not pinned is a conflict.",
	}), http.StatusConflict), s.unpinProject)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPost, http.StatusAccepted, "check-project", one+"/check", text{
		"Look for pushes now", "The project's repository is looked at within seconds, as it is by itself within a minute or two. A push that is found is deployed; a repository that cannot be looked at is told in poll_error. " +
			"A project that neither deploys by itself nor has previews is a conflict.",
	}), http.StatusConflict), s.checkProject)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "list-project-events", one+"/events", text{
		"List a project's events", "What happened to a project beside its deployments, newest first: instances that were added, stopped or replaced, pins, previews, pushes that were not deployed, and changes of the repository.",
	}), s.listProjectEvents)
	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-measures", one+"/measures", text{
		"Show a project's measures", "What edges have counted of the requests to a project and what nodes have measured of its instances, as series of points of equal length, with the deployments that went live meanwhile. A minute is there about a minute after its end. " +
			"Latencies are interpolated in a histogram whose bounds are the powers of two from 1 to 32,768 ms: an estimate lies in the bucket of the true value and is off by less than a factor of two, mostly by far less. 32768 stands for all that took longer. " +
			"Aborted requests, WebSockets and event streams have no latency.",
	}), s.getMeasures)

	const variables = one + "/environment-variables"

	huma.Register(api, get(tagEnvironment, viewerOf(projectSubject()), "list-environment-variables", variables, text{
		"List a project's variables", "The names of a project's environment variables, by name, without their values.",
	}), s.listEnvironmentVariables)
	huma.Register(api, also(operation(tagEnvironment, developerOf(projectSubject()), http.MethodPut, http.StatusOK, "set-environment-variable", variables+"/{name}", text{
		"Write a variable", "Makes an environment variable or replaces its value; the next deployment sees it. PORT is a number and is what the app listens on; names that begin with ZEITWORK_ are the platform's.",
	}), http.StatusConflict), s.setEnvironmentVariable)
	s.registerVariableImport(api, variables)
	huma.Register(api, remove(tagEnvironment, developerOf(projectSubject()), "delete-environment-variable", variables+"/{name}", text{
		"Delete a variable", "The next deployment no longer sees it; what is live keeps it.",
	}), s.deleteEnvironmentVariable)

	huma.Register(api, also(get(tagEnvironment, ownerOf(projectSubject()), "read-environment-variable", variables+"/{name}/value", text{
		"Read a variable", "The value of a variable, where an owner has said that values of the project can be read; a conflict elsewhere. The audit log has each reading.",
	}), http.StatusConflict), s.readEnvironmentVariable)
	huma.Register(api, operation(tagEnvironment, ownerOf(projectSubject()), http.MethodPut, http.StatusOK, "set-variable-access", one+"/variable-access", text{
		"Say whether values can be read", "Whether owners can read the values of the project's environment variables, those that are there already too. At first nobody can.",
	}), s.setVariableAccess)

	huma.Register(api, get(tagDomains, viewerOf(projectSubject()), "list-domains", one+"/domains", text{
		"List a project's domains", "The generated domains of its environments and those that were added, oldest first.",
	}), s.listDomains)
	huma.Register(api, also(create(tagDomains, developerOf(projectSubject()), "create-domain", one+"/domains", text{
		"Add a domain", "Claims a hostname. The environment answers on it once the DNS proves that it is yours, by one of the records in the answer, for which it is asked again and again. " +
			"A claim that is not proven within 14 days is removed. Others may claim the same hostname meanwhile: who proves it has it.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.createDomain)
	huma.Register(api, also(operation(tagDomains, developerOf(domainSubject()), http.MethodPatch, http.StatusOK, "update-domain", "/v1/domains/{domain_id}", text{
		"Change a domain", "Sends visitors of a custom domain on to another domain of its environment, or no longer: they are sent on while that one answers, too. It also says whether visitors who come by http are sent on to https, and for how long browsers are to come by https alone.",
	}), http.StatusConflict), s.updateDomain)
	huma.Register(api, also(get(tagDomains, viewerOf(domainSubject()), "get-domain-records", "/v1/domains/{domain_id}/records", text{
		"Show what stands in the DNS", "Asks the DNS for the records of a custom domain and answers with what it found of each. It asks for each domain every 15 seconds at most, " +
			"whoever wants to know, and says when it has asked. A domain that is proven by that is active a few seconds later.",
	}), http.StatusConflict), s.domainRecords)
	huma.Register(api, also(operation(tagDomains, developerOf(domainSubject()), http.MethodPost, http.StatusOK, "check-domain", "/v1/domains/{domain_id}/check", text{
		"Check a domain now", "Asks the DNS for the records of a custom domain and answers with what it found of each. A domain that is proven by that is active at once. " +
			"Name servers may go on answering what they knew before a record was made, for as long as that says. One domain can be checked ten times in a row, and every five seconds then.",
	}), http.StatusConflict), s.checkDomain)
	put := operation(tagDomains, developerOf(domainSubject()), http.MethodPut, http.StatusOK, "put-domain-certificate", "/v1/domains/{domain_id}/certificate", text{
		"Upload a certificate", "Has edges end TLS for a proven custom domain with a certificate of yours, in the place of the one that the domain had. The platform orders none for it then, and renews yours not.",
	})
	put.MaxBodyBytes = maxCertificateBody
	huma.Register(api, also(put, http.StatusConflict), s.putDomainCertificate)
	huma.Register(api, remove(tagDomains, developerOf(domainSubject()), "delete-domain-certificate", "/v1/domains/{domain_id}/certificate", text{
		"Remove a certificate", "Takes a certificate away that was uploaded. Where the platform orders certificates it orders one.",
	}), s.deleteDomainCertificate)
	huma.Register(api, also(remove(tagDomains, developerOf(domainSubject()), "delete-domain", "/v1/domains/{domain_id}", text{
		"Remove a domain", "The project stops answering on the hostname. Whoever adds it next needs a new proof, the same project, too. The generated domain stays: removing it is a conflict.",
	}), http.StatusConflict), s.deleteDomain)
}
