package api

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
)

// routesPath is where edges ask for the route table.
const routesPath = "/v1/edge/routes"

// compressed compresses the route table for edges that take it so: routes are much like each other, and every edge gets every change. No other answer is
// compressed, since its length could tell what secrets stand beside what somebody has put into it.
func compressed(next http.Handler) http.Handler {
	routes := gzhttp.GzipHandler(next)

	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == routesPath {
			routes.ServeHTTP(writer, request)
		} else {
			next.ServeHTTP(writer, request)
		}
	})
}
