package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerEnvironments(api huma.API) {
	const environments, one = "/v1/projects/{project_id}/environments", "/v1/environments/{environment_id}"

	huma.Register(api, get(tagEnvironments, viewerOf(projectSubject()), "list-environments", environments, text{
		"List a project's environments", "Its production, and behind it the previews in the order in which they were made. Deleted ones are not among them.",
	}), s.listEnvironments)
	huma.Register(api, also(create(tagEnvironments, developerOf(projectSubject()), "create-environment", environments, text{
		"Make a preview", "Makes an environment for a branch, whether or not the project's previews are on, and deploys nothing to it. Where the branch has one already, or is the project's own, or the project has as many previews as it can have, it is a conflict.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.createEnvironment)
	huma.Register(api, get(tagEnvironments, viewerOf(environmentSubject()), "get-environment", one, text{
		"Show an environment", "One environment, what is live in it and what pins it.",
	}), s.getEnvironment)
	huma.Register(api, also(operation(tagEnvironments, developerOf(environmentSubject()), http.MethodPatch, http.StatusOK, "update-environment", one, text{
		"Change an environment", "Changes what the body names and leaves the rest. Production has no end: to give it one is a conflict.",
	}), http.StatusConflict), s.updateEnvironment)
	huma.Register(api, also(remove(tagEnvironments, developerOf(environmentSubject()), "delete-environment", one, text{
		"Delete a preview", "Ends all that runs in the preview and takes its domains away. It comes back with the next push to its branch or pull request where the project's previews are on. Production stays: deleting it is a conflict.",
	}), http.StatusConflict), s.deleteEnvironment)
	huma.Register(api, also(operation(tagEnvironments, developerOf(environmentSubject()), http.MethodPost, http.StatusOK, "unpin-environment", one+"/unpin", text{
		"End the pin of a rollback in an environment", "The newest push that waits because the environment is pinned goes on. An environment that is not pinned is a conflict.",
	}), http.StatusConflict), s.unpinEnvironment)

	huma.Register(api, also(create(tagEnvironments, developerOf(environmentSubject()), "approve-environment", one+"/approve", text{
		"Approve a commit of a fork's pull request", "Deploys the commit that waits in the preview of a pull request from a fork, to which anybody may have written. It gets none of the project's variables. Another commit than the one that waits is a conflict: each push to the pull request waits again.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.approveEnvironment)

	huma.Register(api, also(create(tagDeployments, developerOf(deploymentSubject()), "promote-deployment", "/v1/deployments/{deployment_id}/promote", text{
		"Take a preview's deployment to production", "A new deployment to production of the image of one that was live in a preview; nothing is built. It gets production's variables, and runs the release command. " +
			"Where the build saw other values of variables than production has it is a conflict that names them: deploy the commit to production instead. A pin of production ends.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.promote)
}
