package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerGitHub(api huma.API) {
	const of = "/v1/organisations/{organisation_id}/github"

	huma.Register(api, also(get(tagGitHub, viewerOf(organisationSubject()), "get-github", of, text{
		"Show how GitHub is set up", "Whether the platform has a GitHub App, without which no account can be connected, and where it is.",
	}), http.StatusServiceUnavailable), s.getGitHub)
	huma.Register(api, get(tagGitHub, viewerOf(organisationSubject()), "list-github-installations", of+"/installations", text{
		"List an organisation's accounts on GitHub", "The accounts that have the platform's GitHub App and are connected to the organisation, oldest first, with what is wrong where something is.",
	}), s.listGitHubInstallations)
	huma.Register(api, remove(tagGitHub, ownerOf(organisationSubject()), "delete-github-installation", of+"/installations/{installation_id}", text{
		"Disconnect an account on GitHub", "The organisation no longer reaches the account's repositories: pushes to them are not seen and nothing of them can be built. What is live keeps running. " +
			"The App stays installed on GitHub until it is removed there.",
	}), s.deleteGitHubInstallation)
	huma.Register(api, also(operation(tagGitHub, personally(ownerOf(organisationSubject())), http.MethodPost, http.StatusOK, "connect-github", of+"/connections", text{
		connectTitle, "Answers with a page to open in a browser. There the App is installed, or an installation that is there is chosen, and GitHub is asked whether you administer the account: nobody else can connect it. An account belongs to one organisation at a time.",
	}), http.StatusServiceUnavailable), s.startConnection)
	huma.Register(api, also(get(tagGitHub, developerOf(organisationSubject()), "list-github-repositories", of+"/repositories", text{
		"List the repositories on GitHub", "The repositories of all accounts that are connected to the organisation, private ones too, those that were pushed to last first. Accounts that could not be asked are named beside them.",
	}), http.StatusServiceUnavailable), s.listGitHubRepositories)

	huma.Register(api, also(create(tagGitHub, developerOf(bodySubject()), "create-detection", "/v1/detections", text{
		"Look at a repository", "Has a worker find out how a repository would be built, before there is a project and without building anything: framework, versions, Dockerfile, and the environment variables that the app seems to want. " +
			"get-detection tells what was found. It is kept for a day.",
	}), http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable), s.createDetection)
	huma.Register(api, get(tagGitHub, developerOf(detectionSubject()), "get-detection", "/v1/detections/{detection_id}", text{
		"Show what was found in a repository", "With wait_seconds it answers as soon as the detection has ended.",
	}), s.getDetection)
}
