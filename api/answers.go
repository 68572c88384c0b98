package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Statuses of errors that operations of a kind have in common.
var (
	errorsOfAll    = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError}
	errorsOfBodies = []int{
		http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
	}
)

// explainStatus says when an operation answers with a status.
func explainStatus(status int) string {
	switch status {
	case http.StatusNotModified:
		return "Nothing has changed."
	case http.StatusBadRequest:
		return "The body cannot be read as JSON."
	case http.StatusUnauthorized:
		return "There is no valid token, and no session."
	case http.StatusForbidden:
		return "The token is not one of those that may do this, or a page of another site has sent the request."
	case http.StatusNotFound:
		return "There is no such thing, or it is not yours."
	case http.StatusRequestTimeout:
		return "The body took too long to arrive."
	case http.StatusConflict:
		return "It cannot be done as things are now; the detail says why."
	case http.StatusRequestEntityTooLarge:
		return "The body is too large."
	case http.StatusUnsupportedMediaType:
		return "The body is not JSON."
	case http.StatusUnprocessableEntity:
		return "The input is not valid; the errors name what is wrong."
	case http.StatusTooManyRequests:
		return "You ask too much at once; Retry-After says when to ask again."
	case http.StatusInternalServerError:
		return "Something went wrong on the platform's side."
	case http.StatusServiceUnavailable:
		return "It cannot be done at the moment; try again."
	default:
		return ""
	}
}

// describeAnswers completes the answers of all operations: which statuses of errors each has, what they mean, and how long-polls answer.
func describeAnswers(document *huma.OpenAPI) {
	document.Tags = tags()

	for path, item := range document.Paths {
		for _, operation := range operationsOf(item) {
			delete(operation.Responses, "default")

			for _, status := range errorsOf(path, operation) {
				operation.Responses[strconv.Itoa(status)] = &huma.Response{
					Description: explainStatus(status),
					Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
				}
			}

			if takes(operation, "If-None-Match") {
				operation.Responses[strconv.Itoa(http.StatusNotModified)] = &huma.Response{
					Description: explainStatus(http.StatusNotModified), Headers: operation.Responses["200"].Headers,
				}
			}
		}
	}
}

// errorsOf returns the statuses of the errors of an operation: those that it names, and those that its input can lead to.
func errorsOf(path string, operation *huma.Operation) []int {
	statuses := append([]int{}, errorsOfAll...)
	statuses = append(statuses, operation.Errors...)

	if isOfUsers(operation) {
		statuses = append(statuses, http.StatusTooManyRequests)
	}

	if strings.Contains(path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}

	if operation.RequestBody != nil {
		statuses = append(statuses, errorsOfBodies...)
	}

	if len(operation.Parameters) > 0 {
		statuses = append(statuses, http.StatusUnprocessableEntity)
	}

	return statuses
}

// takes tells whether an operation has a parameter of that name.
func takes(operation *huma.Operation, name string) bool {
	for _, parameter := range operation.Parameters {
		if parameter.Name == name {
			return true
		}
	}

	return false
}

// operationsOf returns the operations of a path by their methods.
func operationsOf(item *huma.PathItem) map[string]*huma.Operation {
	all := map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
	}
	for method, operation := range all {
		if operation == nil {
			delete(all, method)
		}
	}

	return all
}

// isOfUsers tells whether users call the operation, whose requests are bounded.
func isOfUsers(operation *huma.Operation) bool {
	return slices.ContainsFunc(operation.Security, func(requirement map[string][]string) bool {
		_, token := requirement[userToken]
		_, session := requirement[sessionScheme]

		return token || session
	})
}
