package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// noOperation answers requests below /v1 that no operation matches: with 405 where the path has operations of other methods, else with 404.
func noOperation(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		described := "The operations are described at " + explorerPath + "."

		allowed := methodsOf(mux, request) //nolint:contextcheck // The request carries it.
		if len(allowed) == 0 {
			writeProblem(writer, problemOf(request.Context(), problem.New(problem.NotFound,
				"There is no operation %s %s. %s", request.Method, request.URL.Path, described)))

			return
		}

		list := strings.Join(allowed, ", ")

		writer.Header().Set("Allow", list)
		writeProblem(writer, newProblem(request.Context(), http.StatusMethodNotAllowed,
			"The methods of "+request.URL.Path+" are "+list+". "+described, nil))
	})
}

// methodsOf returns the methods that the request's path has operations for.
func methodsOf(mux *http.ServeMux, request *http.Request) []string {
	methods := []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut}

	return slices.DeleteFunc(methods, func(method string) bool {
		asked := request.Clone(request.Context())
		asked.Method = method
		_, pattern := mux.Handler(asked)

		return !strings.Contains(pattern, " ")
	})
}
