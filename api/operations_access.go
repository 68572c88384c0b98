package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//nolint:lll // One text a line.
func (s *service) registerRepositoryAccess(api huma.API) {
	const one = "/v1/projects/{project_id}/repository-access"

	huma.Register(api, get(tagProjects, viewerOf(projectSubject()), "get-repository-access", one, text{
		"Show how the repository is read", "The public deploy key of a project, or whose credential it has, and the host key that is known. What is private is never shown.",
	}), s.getRepositoryAccess)
	huma.Register(api, operation(tagProjects, developerOf(projectSubject()), http.MethodPost, http.StatusOK, "create-deploy-key", one+"/deploy-key", text{
		"Make a deploy key", "Makes a key (ed25519) with which the repository is read by SSH, in the place of what the project had. Add the public key to the repository where it is hosted. " +
			"The host's own key is taken for known when it is first connected to.",
	}), s.createDeployKey)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPut, http.StatusOK, "set-https-credential", one+"/https-credential", text{
		"Store a credential", "Stores a username and a password or token with which the repository is read by https, in the place of what the project had. It is sent to the host of the project's repository URL as that is now, and nowhere else.",
	}), http.StatusConflict), s.setHTTPSCredential)
	huma.Register(api, also(operation(tagProjects, developerOf(projectSubject()), http.MethodPost, http.StatusOK, "trust-host", one+"/trusted-host", text{
		"Accept a host key", "Names the key that the host of the repository is to show from now on, by its fingerprint. Needed where the host has got another key: until then nothing is read from it.",
	}), http.StatusConflict), s.trustHost)
	huma.Register(api, remove(tagProjects, developerOf(projectSubject()), "delete-repository-access", one, text{
		"Forget how the repository is read", "Deletes the deploy key or the credential. The repository is read as everybody may from then on.",
	}), s.deleteRepositoryAccess)
}
