package fakegithub

import (
	"net/http"
	"strings"
)

// routes returns all that the API answers.
func (s *Server) routes() http.Handler {
	mux, comments := http.NewServeMux(), http.NewServeMux()

	s.routeApps(mux)
	s.routeUsers(mux)
	s.routeRepositories(mux, repositoryHandlers())
	s.routeRepositories(comments, commentHandlers())

	mux.Handle("POST /api/graphql", s.graphQL())

	for _, m := range []*http.ServeMux{mux, comments} {
		m.Handle(apiPrefix+"/", s.rest(resourceCore, func(*call) *answer { return notFound() }))
	}

	// One mux cannot hold /issues/comments/{id} and /issues/{number}/comments.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/issues/comments/") {
			comments.ServeHTTP(w, r)
		} else {
			mux.ServeHTTP(w, r)
		}
	})
}

func (s *Server) routeApps(mux *http.ServeMux) {
	for pattern, handle := range map[string]handler{
		"POST /app-manifests/{code}/conversions":                  convertManifest,
		"GET /app":                                                asApp(getApp),
		"GET /app/installations":                                  asApp(listInstallations),
		"GET /app/installations/{installation_id}":                asApp(getInstallation),
		"DELETE /app/installations/{installation_id}":             asApp(deleteInstallation),
		"POST /app/installations/{installation_id}/access_tokens": asApp(createInstallationToken),
		"GET /repos/{owner}/{repo}/installation":                  asApp(getRepositoryInstallation),
		"GET /installation/repositories":                          asInstallation(listInstallationRepositories),
		"DELETE /installation/token":                              asInstallation(revokeInstallationToken),
		"GET /rate_limit":                                         getRateLimit,
	} {
		s.handle(mux, resourceCore, pattern, handle)
	}
}

func (s *Server) routeUsers(mux *http.ServeMux) {
	for pattern, handle := range map[string]handler{
		"GET /user":               asUser(getAuthenticatedUser),
		"GET /user/emails":        asUser(listEmails),
		"GET /user/installations": asUser(listUserInstallations),
		"GET /user/installations/{installation_id}/repositories": asUser(listUserInstallationRepositories),
		"GET /user/memberships/orgs/{org}":                       asUser(getMembership),
		"GET /users/{username}":                                  getUser,
		"DELETE /applications/{client_id}/token":                 deleteUserToken,
		"DELETE /applications/{client_id}/grant":                 deleteUserToken,
	} {
		s.handle(mux, resourceCore, pattern, handle)
	}

	s.handle(mux, resourceSearch, "GET /search/repositories", searchRepositories)
}

// repositoryHandlers answer what is asked of a repository, by what follows its path.
func repositoryHandlers() map[string]handler {
	return map[string]handler{
		"GET ":                                       onRepository("metadata:read", getRepository),
		"GET /branches":                              onRepository("contents:read", listBranches),
		"GET /branches/{branch...}":                  onRepository("contents:read", getBranch),
		"GET /git/ref/{ref...}":                      onRepository("contents:read", getRef),
		"GET /git/matching-refs/{ref...}":            onRepository("contents:read", listMatchingRefs),
		"GET /commits":                               onRepository("contents:read", listCommits),
		"GET /commits/{ref...}":                      onRepository("contents:read", getCommit),
		"GET /compare/{basehead...}":                 onRepository("contents:read", compareCommits),
		"GET /contents/{path...}":                    onRepository("contents:read", getContents),
		"GET /pulls":                                 onRepository("pull_requests:read", listPulls),
		"GET /pulls/{pull_number}":                   onRepository("pull_requests:read", getPull),
		"GET /deployments":                           onRepository("deployments:read", listDeployments),
		"POST /deployments":                          onRepository("deployments:write", createDeployment),
		"GET /deployments/{deployment_id}":           onRepository("deployments:read", getDeployment),
		"GET /deployments/{deployment_id}/statuses":  onRepository("deployments:read", listDeploymentStatuses),
		"POST /deployments/{deployment_id}/statuses": onRepository("deployments:write", createDeploymentStatus),
		"POST /statuses/{sha}":                       onRepository("statuses:write", createStatus),
		"GET /issues/{issue_number}/comments":        onRepository("issues|pull_requests:read", listComments),
		"POST /issues/{issue_number}/comments":       onRepository("issues|pull_requests:write", createComment),
	}
}

func commentHandlers() map[string]handler {
	return map[string]handler{
		"GET /issues/comments/{comment_id}":    onRepository("issues|pull_requests:read", getComment),
		"PATCH /issues/comments/{comment_id}":  onRepository("issues|pull_requests:write", updateComment),
		"DELETE /issues/comments/{comment_id}": onRepository("issues|pull_requests:write", deleteComment),
	}
}

func (s *Server) routeRepositories(mux *http.ServeMux, handlers map[string]handler) {
	for pattern, handle := range handlers {
		method, path, _ := strings.Cut(pattern, " ")
		s.handle(mux, resourceCore, method+" /repos/{owner}/{repo}"+path, handle)
		s.handle(mux, resourceCore, method+" /repositories/{repository_id}"+path, handle)
	}
}

func (s *Server) handle(mux *http.ServeMux, resource, pattern string, handle handler) {
	method, path, _ := strings.Cut(pattern, " ")
	mux.Handle(method+" "+apiPrefix+path, s.rest(resource, handle))
}
