package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// operations are those of the REST API that are kept, by their paths.
func operations() map[string][]string {
	const (
		repository = "/repos/{owner}/{repo}"
		get        = "get"
		post       = "post"
	)

	return map[string][]string{
		"/app-manifests/{code}/conversions":    {post},
		"/app":                                 {get},
		"/app/installations":                   {get},
		"/app/installations/{installation_id}": {get, "delete"},
		"/app/installations/{installation_id}/access_tokens": {post},
		"/applications/{client_id}/token":                    {"delete"},
		"/applications/{client_id}/grant":                    {"delete"},
		"/installation/repositories":                         {get},
		"/installation/token":                                {"delete"},
		"/rate_limit":                                        {get},
		"/search/repositories":                               {get},
		"/user":                                              {get},
		"/user/emails":                                       {get},
		"/user/installations":                                {get},
		"/user/installations/{installation_id}/repositories": {get},
		"/user/memberships/orgs/{org}":                       {get},
		"/users/{username}":                                  {get},
		repository:                                           {get},
		repository + "/installation":                         {get},
		repository + "/branches":                             {get},
		repository + "/branches/{branch}":                    {get},
		repository + "/git/ref/{ref}":                        {get},
		repository + "/git/matching-refs/{ref}":              {get},
		repository + "/commits":                              {get},
		repository + "/commits/{ref}":                        {get},
		repository + "/compare/{basehead}":                   {get},
		repository + "/contents/{path}":                      {get},
		repository + "/pulls":                                {get},
		repository + "/pulls/{pull_number}":                  {get},
		repository + "/deployments":                          {get, post},
		repository + "/deployments/{deployment_id}":          {get},
		repository + "/deployments/{deployment_id}/statuses": {get, post},
		repository + "/statuses/{sha}":                       {post},
		repository + "/issues/{issue_number}/comments":       {get, post},
		repository + "/issues/comments/{comment_id}":         {get, "patch", "delete"},
	}
}

type object = map[string]any

// sliceOpenAPI writes the kept operations and the components that they refer to, without examples and prose.
func sliceOpenAPI(whole []byte, w io.Writer) error {
	document := object{}
	if err := json.Unmarshal(whole, &document); err != nil {
		return err
	}

	correct(document)

	paths := object{}

	for path, methods := range operations() {
		item, isThere := document["paths"].(object)[path].(object)
		if !isThere {
			return fmt.Errorf("GitHub's description has no path %s", path)
		}

		kept := object{}
		for _, method := range methods {
			if kept[method], isThere = item[method]; !isThere {
				return fmt.Errorf("GitHub's description has no %s of %s", method, path)
			}
		}

		paths[path] = kept
	}

	kept := object{}
	keepReferences(document, paths, kept)

	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")

	return encoder.Encode(withoutProse(object{
		"openapi": document["openapi"], "info": document["info"], "paths": paths, "components": kept,
	}, false))
}

// correct mends what GitHub describes otherwise than it answers.
func correct(document object) {
	inside := func(path ...string) object {
		at := document
		for _, name := range path {
			at = at[name].(object) //nolint:forcetypeassert // The document is GitHub's.
		}

		return at
	}

	// In a list of installations, the account would have to be a user and an enterprise at once. Everywhere else it is described as one or the other.
	inside("paths", "/app/installations", "get", "responses", "200", "content", "application/json", "schema")["items"] = object{
		"$ref": "#/components/schemas/installation",
	}

	// A pull request whose fork was deleted has no repository at its head.
	for _, schema := range []string{"pull-request", "pull-request-simple"} {
		inside("components", "schemas", schema, "properties", "head", "properties")["repo"] = object{"$ref": "#/components/schemas/nullable-repository"}
	}
}

// keepReferences copies the components that a value refers to, and those that they refer to.
func keepReferences(document object, value any, kept object) {
	switch value := value.(type) {
	case []any:
		for _, below := range value {
			keepReferences(document, below, kept)
		}
	case object:
		if reference, isReference := value["$ref"].(string); isReference {
			parts := strings.Split(strings.TrimPrefix(reference, "#/components/"), "/")
			kind, name := parts[0], parts[1]

			if kept[kind] == nil {
				kept[kind] = object{}
			}

			all := kept[kind].(object) //nolint:forcetypeassert // Made above.
			if _, isKept := all[name]; isKept {
				return
			}

			found := document["components"].(object)[kind].(object)[name] //nolint:forcetypeassert // The document is GitHub's.
			all[name] = found
			keepReferences(document, found, kept)

			return
		}

		for name, below := range value {
			if name != "examples" && name != "example" {
				keepReferences(document, below, kept)
			}
		}
	}
}

// holdsNames are the fields whose objects have names that somebody chose for their keys.
var holdsNames = []string{"properties", "headers", "schemas", "responses", "parameters", "paths", "content"}

// withoutProse leaves out what says nothing of the form of an answer. Names that somebody chose are never left out.
func withoutProse(value any, areNames bool) any {
	switch value := value.(type) {
	case []any:
		all := make([]any, len(value))
		for n, below := range value {
			all[n] = withoutProse(below, false)
		}

		return all
	case object:
		all := object{}

		for name, below := range value {
			if areNames || !isProse(name) {
				all[name] = withoutProse(below, !areNames && slices.Contains(holdsNames, name))
			}
		}

		// A response has to have a description, and may have nothing else.
		if _, isDescribed := value["description"].(string); isDescribed && !areNames && value["type"] == nil {
			all["description"] = ""
		}

		return all
	default:
		return value
	}
}

func isProse(name string) bool {
	return slices.Contains([]string{"examples", "example", "description", "externalDocs", "summary", "tags"}, name) || strings.HasPrefix(name, "x-")
}
