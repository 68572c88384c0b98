package api

import (
	"net/http"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// sameOrigin refuses requests that pages of other sites have a browser send, with its cookies, where they might change something. Programs, which say
// nothing of an origin, pass.
func sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()

	guard.SetDenyHandler(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		writeProblem(writer, problemOf(request.Context(), problem.New(problem.Forbidden,
			"A page of another site has sent this request. Open the platform's own page and do it there.")))
	}))

	return guard.Handler(next)
}
