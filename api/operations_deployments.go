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
		"A request with a filter looks through 100,000 lines, or for two seconds, at the most: scanned_to tells how far it has come, and next_after and next_before where the next one goes on, even if the answer holds no line."

	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "list-build-logs", one+"/build-logs", text{
		"Read a build log", "What the build of a deployment wrote. Lines are numbered from 1 without gaps; with from and limit any range of them is read, and log tells how many there are, and where lines are missing." + pages,
	}), s.listBuildLogs)
	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "search-build-log", one+"/build-logs/search", text{
		"Search a build log", "The numbers of all lines of a build log that have something, for going from one to the next. A pattern that cannot be read is refused with what is wrong in it.",
	}), s.searchBuildLog)
	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "list-build-log-groups", one+"/build-logs/groups", text{
		"List the instructions of a build", "Each instruction of a deployment's builds, how it ended, how long it took, and which lines of the build log are its. What the platform said before and behind them is of no group.",
	}), s.listBuildLogGroups)
	s.registerDownload(api, get(tagLogs, viewerOf(deploymentSubject()), "download-build-log", one+"/build-logs/download", text{
		"Download a build log", "All lines that are kept of a build log, as text. It counts as a stream while it lasts.",
	}))
	huma.Register(api, get(tagLogs, viewerOf(deploymentSubject()), "list-runtime-logs", one+"/runtime-logs", text{
		"Read the log of a deployment", "What the VMs of a deployment wrote." + pages,
	}), s.listRuntimeLogs)
	huma.Register(api, get(tagLogs, viewerOf(projectSubject()), "list-project-logs", project, text{
		"Read the log of a project", "What the VMs of a project wrote, across its newest 100 deployments." + pages,
	}), s.listProjectLogs)
	huma.Register(api, get(tagLogs, viewerOf(projectSubject()), "get-log-context", project+"/context", text{
		"Show a log line in its context", "A line of a project's log with what was written in front of it and behind it, whatever filter it was found with. next_before and next_after go on in list-project-logs.",
	}), s.getLogContext)

	lines := map[string]any{"line": LogLine{}, "end": StreamEnd{}}

	registerStream(s, api, get(tagLogs, viewerOf(deploymentSubject()), "stream-build-logs", one+"/build-logs/stream", text{
		"Follow a build log", "What the build of a deployment wrote and writes, until the deployment has ended. No line comes twice, nor is one left out, when the stream is opened again with Last-Event-ID; " +
			"numbers that do not follow each other, and missing, tell of lines that are not kept.",
	}), lines, s.streamBuildLogs)
	registerStream(s, api, get(tagLogs, viewerOf(deploymentSubject()), "stream-runtime-logs", one+"/runtime-logs/stream", text{
		"Follow the log of a deployment", "What the VMs of a deployment wrote and write, until the last of them is gone.",
	}), lines, s.streamRuntimeLogs)
	registerStream(s, api, get(tagLogs, viewerOf(projectSubject()), "stream-project-logs", project+"/stream", text{
		"Follow the log of a project", "What the VMs of a project wrote and write, across its newest 100 deployments: it goes on when another one becomes live. It ends with the project alone.",
	}), map[string]any{"line": LogLine{}}, s.streamProjectLogs)
}
