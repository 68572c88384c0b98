package api

import (
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"
)

//go:generate go run ./internal/writeopenapi

// Description returns the OpenAPI document of /v1 as YAML, in version 3.1, or downgraded to 3.0 for generators that
// read no newer one.
func Description(downgrade bool) ([]byte, error) {
	api := newHuma(http.NewServeMux(), hostPrefix+sessionCookie)
	(&service{}).register(api)

	write := api.OpenAPI().YAML
	if downgrade {
		write = api.OpenAPI().DowngradeYAML
	}

	document, err := write()
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}

	return document, nil
}

// newHuma returns the API without an operation yet. The cookie is the name of a session's, which the document tells.
func newHuma(mux *http.ServeMux, cookie string) huma.API {
	answerProblems()

	config := huma.DefaultConfig("Zeitwork", "1")
	config.OpenAPIPath = "/v1/openapi"
	config.DocsPath = ""
	config.CreateHooks = nil // No $schema links in the answers.
	config.OnAddOperation = append(config.OnAddOperation, requirePermission)
	config.Formats = map[string]huma.Format{"application/json": strictJSON(), "json": strictJSON()}
	config.Info.Description = "The platform's API. Operations ask for a token, sent as `Authorization: Bearer TOKEN`, or for the cookie of a browser that " +
		"has signed in. Errors are problems (RFC 9457) whose `detail` is a sentence for people and whose `code` is for programs. " +
		"Lists are paged: `next_cursor` of a page is the `cursor` of the next. " +
		"Who may call an operation stands at the end of its description, and in `x-permission`."
	config.SchemasPath = "/v1/schemas"
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		userToken: {Type: "http", Scheme: "bearer", Description: "A token of a user, or of an organisation."},
		nodeToken: {Type: "http", Scheme: "bearer", Description: "A node's token."},
		edgeToken: {Type: "http", Scheme: "bearer", Description: "An edge's token."},
		sessionScheme: {
			Type: "apiKey", In: "cookie", Name: cookie,
			Description: "The session of a user who has signed in with a browser. Where the API is reached by plain HTTP its name is " + sessionCookie + ".",
		},
	}

	api := humago.New(mux, config)
	api.OpenAPI().Components.Schemas.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[uuidSchema]())

	return api
}

// uuidSchema is how a uuid.UUID stands in the OpenAPI document.
type uuidSchema string

// Schema implements huma.SchemaProvider.
func (uuidSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}
