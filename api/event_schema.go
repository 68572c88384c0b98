package api

import (
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"
)

// describeStream describes an answer of server-sent events. Its schema is that of one event, as parsers of such streams hand it out: that is how
// OpenAPI is understood before version 3.2, which has itemSchema for it. contentSchema names the schema of an event's data, for which clients have a type.
func describeStream(registry huma.Registry, events map[string]any) *huma.Response {
	names := lo.Keys(events)
	slices.Sort(names)

	schema := &huma.Schema{OneOf: lo.Map(names, func(name string, _ int) *huma.Schema {
		return eventSchema(name, registry.Schema(reflect.TypeOf(events[name]), true, name))
	})}
	if len(schema.OneOf) == 1 {
		schema = schema.OneOf[0]
	}

	return &huma.Response{
		Description: "Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), each of this schema. " +
			"Comments, which begin with a colon, only keep the connection open. An id without an event tells where the stream stands: " +
			"give it as Last-Event-ID to go on there.",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: schema}},
	}
}

func eventSchema(name string, data *huma.Schema) *huma.Schema {
	return &huma.Schema{
		Title: "Event " + name, Type: huma.TypeObject, Required: []string{"event", "data"},
		Properties: map[string]*huma.Schema{
			"id":    {Type: huma.TypeString, Description: "Give it as Last-Event-ID to go on behind this event; absent where one cannot."},
			"event": {Type: huma.TypeString, Enum: []any{name}},
			"data": {
				Type: huma.TypeString, Description: "JSON on one line.",
				Extensions: map[string]any{"contentMediaType": "application/json", "contentSchema": data},
			},
		},
	}
}
