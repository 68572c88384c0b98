package api

import "github.com/danielgtaylor/huma/v2"

//nolint:lll // One text a line.
func (s *service) registerChanges(api huma.API) {
	const stream = " The first event names all kinds: whoever comes fetches everything once. Whoever comes back with the id of an event within minutes is told what has changed since; it may be told twice. Events that come close together are one, four a second at the most. " +
		"A ping comes every 15 seconds; gone comes last where it was deleted or you may not see it any more. The stream ends with the token or session that opened it."

	events := map[string]any{"changed": Changed{}, "gone": Gone{}, "ping": Ping{}}

	registerStream(s, api, get(tagProjects, viewerOf(projectSubject()), "stream-project-changes", "/v1/projects/{project_id}/changes", text{
		"Follow what changes in a project", "Says which kinds of things have changed, of the project and of what its organisation has as a whole, so that a page fetches again what it shows." + stream,
	}), events, s.streamProjectChanges)
	registerStream(s, api, get(tagOrganisations, viewerOf(organisationSubject()), "stream-organisation-changes", "/v1/organisations/{organisation_id}/changes", text{
		"Follow what changes in an organisation", "Says which kinds of things have changed, of the organisation and of its projects, so that a page fetches again what it shows." + stream,
	}), events, s.streamOrganisationChanges)
}
