package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerDeployments(api huma.API) {
	const deployments, one = "/v1/projects/{project_id}/deployments", "/v1/deployments/{deployment_id}"

	huma.Register(api, get(tagDeployments, viewerOf(projectSubject()), "list-deployments", deployments, text{
		"List a project's deployments", "Newest first, without timelines and VMs. The filters of one request all hold.",
	}), s.listDeployments)
	huma.Register(api, also(create(tagDeployments, developerOf(projectSubject()), "create-deployment", deployments, text{
		"Deploy a commit", "Deploys the newest commit of a branch, or one that is named: the project's branch to production, any other one to its preview. Where that has none and the project's previews are off it is a conflict. " +
			"Deployments of the environment that are under way are superseded, and its pin ends.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.createDeployment)
	huma.Register(api, get(tagDeployments, viewerOf(deploymentSubject()), "get-deployment", one, text{
		"Show a deployment", "One deployment with its timeline and its VMs.",
	}), s.getDeployment)
	huma.Register(api, also(operation(tagDeployments, developerOf(deploymentSubject()), http.MethodPost, http.StatusOK, "cancel-deployment", one+"/cancel", text{
		"Cancel a deployment", "Ends a deployment that is under way, with its build and its VMs. One that is live or has ended is a conflict.",
	}), http.StatusConflict), s.cancelDeployment)
	huma.Register(api, also(create(tagDeployments, developerOf(deploymentSubject()), "redeploy", one+"/redeploy", text{
		"Deploy the same commit again", "A new deployment of the same commit, with the settings and variables of today.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.redeploy)
	huma.Register(api, also(create(tagDeployments, developerOf(deploymentSubject()), "rollback", one+"/rollback", text{
		"Go back to a deployment", "A new deployment of the image of one that was live; nothing is built. Its environment is pinned from then on: pushes are built, and wait until " +
			"unpin-environment, a deployment or a redeployment unpins it. A rollback that ends without being live unpins it, too.",
	}), http.StatusConflict, http.StatusServiceUnavailable), s.rollback)

	registerStream(s, api, get(tagDeployments, viewerOf(deploymentSubject()), "stream-deployment", one+"/events", text{
		"Follow a deployment", "The whole deployment, now and at every change until it has ended.",
	}), map[string]any{"deployment": Deployment{}}, s.streamDeployment)
}

//nolint:lll // One text a line.
func (s *service) registerLogs(api huma.API) {
	const one, project = "/v1/deployments/{deployment_id}", "/v1/projects/{project_id}/logs"

	// Every answer is oldest first, whichever end of the log it is read from.
	const pages = " Without tail and before, the first line of the answer is the one behind after; with either of them, the last line is the one in front of before. Lines are always oldest first. " +
		"A request with a filter looks through 100,000 lines at the most: next_after and next_before say where the next one goes on, even if the answer holds no line."

	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "list-build-logs", one+"/build-logs", text{
		"Read a build log", "What the build of a deployment wrote." + pages,
	}), s.listBuildLogs)
	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "list-runtime-logs", one+"/runtime-logs", text{
		"Read the log of a deployment", "What the VMs of a deployment wrote." + pages,
	}), s.listRuntimeLogs)
	huma.Register(api, get(tagLogs, viewerOf(projectSubject()), "list-project-logs", project, text{
		"Read the log of a project", "What the VMs of a project wrote, across its newest 100 deployments." + pages,
	}), s.listProjectLogs)

	lines := map[string]any{"line": LogLine{}, "end": StreamEnd{}}

	registerStream(s, api, get(tagLogs, viewerOf(deploymentSubject()), "stream-build-logs", one+"/build-logs/stream", text{
		"Follow a build log", "What the build of a deployment wrote and writes, until the deployment has ended.",
	}), lines, s.streamBuildLogs)
	registerStream(s, api, get(tagLogs, viewerOf(deploymentSubject()), "stream-runtime-logs", one+"/runtime-logs/stream", text{
		"Follow the log of a deployment", "What the VMs of a deployment wrote and write, until the last of them is gone.",
	}), lines, s.streamRuntimeLogs)
	registerStream(s, api, get(tagLogs, viewerOf(projectSubject()), "stream-project-logs", project+"/stream", text{
		"Follow the log of a project", "What the VMs of a project wrote and write, across its newest 100 deployments: it goes on when another one becomes live. It ends with the project alone.",
	}), map[string]any{"line": LogLine{}}, s.streamProjectLogs)
}
