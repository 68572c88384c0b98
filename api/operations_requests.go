package api

import "github.com/danielgtaylor/huma/v2"

//nolint:lll // One text a line.
func (s *service) registerRequests(api huma.API) {
	const project = "/v1/projects/{project_id}/requests"

	const missing = " Not every request of a busy deployment is kept: items of the kinds sampled and over_quota tell how many are missing. They are left out where vm_id, status, method, path or slower_than_ms chooses requests. " +
		"Nothing is kept of headers, cookies, bodies, queries or the addresses of clients, and nothing at all of a project whose record_requests is false."

	huma.Register(api, get(tagLogs, viewerOf(projectSubject()), "list-requests", project, text{
		"List the requests to a project", "The requests that edges passed to the deployments of a project or answered in their place, newest first." + missing,
	}), s.listRequests)
	registerStream(s, api, get(tagLogs, viewerOf(projectSubject()), "stream-requests", project+"/stream", text{
		"Follow the requests to a project", "The requests to the deployments of a project in the order in which edges deliver them, which is about a second after each has ended. An over_quota item whose id has come before takes the place of that one. It ends with the project alone." + missing,
	}), map[string]any{"request": RequestRecord{}}, s.streamRequests)
}
