package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerDeletedProjects(api huma.API) {
	const kept = "/v1/deleted-projects"

	huma.Register(api, get(tagProjects, anyUser(), "list-deleted-projects", kept, text{
		"List deleted projects", "The deleted projects of your organisations whose deletion can still be undone, those first that were made last.",
	}), s.listDeletedProjects)
	huma.Register(api, also(operation(tagProjects, ownerOf(deletedProjectSubject()), http.MethodPost, http.StatusOK, "restore-project", "/v1/projects/{deleted_project_id}/restore", text{
		"Undo the deletion of a project", "The project is back with its settings, variables, domains and previews. What was live in each environment is deployed again from its image, without a build, and answers on the domains that it had. " +
			"Only where the image is not kept the commit is built again. Deployments that were on their way when the project was deleted stay cancelled. " +
			"A slug that another project has by now is a conflict: name another one. A custom domain that another project has proven by now needs another proof. " +
			"Where the organisation may not have one more project, or not so many more custom domains, it is a conflict.",
	}), http.StatusConflict), s.restoreProject)
	huma.Register(api, remove(tagProjects, ownerOf(deletedProjectSubject()), "purge-project", kept+"/{deleted_project_id}", text{
		"Delete a project for good", "Deletes what is kept of a deleted project now. It cannot be undone.",
	}), s.purgeProject)
}
