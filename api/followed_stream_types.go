package api

// FollowStreamsInput names the streams that one answer carries.
//
//nolint:lll // One field a line, with its documentation.
type FollowStreamsInput struct {
	Of          []string `doc:"The path and query of an operation that streams, such as /v1/projects/{project_id}/changes; once for each stream. A stream is told from the others by its place: 0 is the first." maxItems:"5" minItems:"1" nullable:"false" query:"of,explode" required:"true"`
	LastEventID string   `doc:"Go on behind this event: for each stream the id of its last event, or nothing, separated by commas in the order of the streams. Ids of this operation are so; where other streams are asked for than before, put one together." header:"Last-Event-ID" pattern:"^[0-9]{0,15}(,[0-9]{0,15}){0,4}$" patternDescription:"the id of an event of this stream"`
}

// StreamOpen says that a stream has begun: the caller may see it.
type StreamOpen struct {
	Source int `doc:"Which stream." json:"source"`
}

// StreamEvent is an event of one of the streams.
type StreamEvent struct {
	Source int    `doc:"Which stream."                                          json:"source"`
	Event  string `doc:"The name of the event, as the stream's operation has it." json:"event"`
	Data   any    `doc:"The data of the event, as the stream's operation has it." json:"data"`
}

// StreamRefused says that a stream cannot be followed. The others go on.
type StreamRefused struct {
	Source     int     `doc:"Which stream."                                                  json:"source"`
	Problem    Problem `doc:"With what its operation has answered."                          json:"problem"`
	RetryAfter int     `doc:"After how many seconds to ask again, where the answer says so." json:"retry_after,omitempty"`
}

// StreamOver says that a stream has ended by itself. The others go on.
type StreamOver struct {
	Source int `doc:"Which stream." json:"source"`
}
