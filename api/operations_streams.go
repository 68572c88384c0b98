package api

import "github.com/danielgtaylor/huma/v2"

//nolint:lll // One text a line.
func (s *service) registerStreams(api huma.API) {
	s.registerFollowStreams(api, get(tagStreams, anyUser(), "follow-streams", "/v1/streams", text{
		"Follow several streams at once", "Up to five streams in one answer, for browsers, which have few connections. Each is what its own operation answers, with the permission that it asks for, and counts as a request; all together count as one stream that is open. " +
			"open tells that a stream has begun, event has an event of it, and refused or over is the last that there is of it. The answer ends with the last of its streams, and with the token or session that opened it.",
	}))
}
