package api

import (
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/samber/lo"
)

// describeStream describes an answer of server-sent events. OpenAPI 3.1 has no words for them: to a generated client the body is text, of which it
// hands out the bytes as they come. x-events names the schema of each event's data, for which clients have a type.
func describeStream(registry huma.Registry, events map[string]any) *huma.Response {
	names := lo.Keys(events)
	slices.Sort(names)

	schemas := lo.MapValues(events, func(example any, name string) *huma.Schema {
		return registry.Schema(reflect.TypeOf(example), true, name)
	})
	list := strings.Join(lo.Map(names, func(name string, _ int) string {
		return name + ", whose data is a " + strings.TrimPrefix(schemas[name].Ref, "#/components/schemas/")
	}), "; ")

	return &huma.Response{
		Description: "Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), with their data as JSON on one line: " + list + ". " +
			"Where an event has an id, it is what Last-Event-ID takes. Comments, which begin with a colon, only keep the connection open.",
		Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema:     &huma.Schema{Type: huma.TypeString},
			Extensions: map[string]any{"x-events": schemas},
		}},
	}
}
