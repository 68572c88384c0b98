package api

import (
	"net/http"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
)

// refuseEmpty answers 422 to a query parameter without a value, such as `?limit=`, where its schema asks for one. Huma takes it for one that was
// left out, so that a filter whose value got lost would list everything.
func refuseEmpty(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		url := ctx.URL()
		query := url.Query()

		for _, parameter := range ctx.Operation().Parameters {
			values, given := query[parameter.Name]
			if parameter.In != "query" || !given || values[0] != "" || mayBeEmpty(parameter.Schema) {
				continue
			}

			_ = huma.WriteErr(api, ctx, http.StatusUnprocessableEntity, "", &huma.ErrorDetail{
				Location: "query." + parameter.Name, Message: "it has no value: give one, or leave the parameter out",
			})

			return
		}

		next(ctx)
	}
}

func mayBeEmpty(schema *huma.Schema) bool {
	if schema.Type == huma.TypeArray {
		return true // A list without items.
	}

	return schema.Type == huma.TypeString && schema.Format == "" && schema.MinLength == nil && schema.Enum == nil &&
		(schema.Pattern == "" || regexp.MustCompile(schema.Pattern).MatchString(""))
}
