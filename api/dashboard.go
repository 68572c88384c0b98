package api

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

const (
	// dashboardPage is the file that every address of the dashboard is answered with: the program in it shows what the address names.
	dashboardPage = "index.html"
	// dashboardPolicy lets the dashboard run its own files alone. It makes no HTML of texts, which Trusted Types enforce. What its forms may be sent to
	// stands behind it: a form that connects an account is answered with the way to GitHub, which browsers hold against form-action, too.
	dashboardPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; form-action 'self'"
)

// dashboard serves the dashboard's files.
type dashboard struct {
	// files is nothing in a binary that was built without the dashboard.
	files   fs.FS
	service *service
}

// ServeHTTP answers with a file of the dashboard, and with its page where there is none and a browser asks for a page.
func (d dashboard) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	name := strings.TrimPrefix(path.Clean(request.URL.Path), "/")

	switch {
	case request.Method != http.MethodGet && request.Method != http.MethodHead:
		writer.Header().Set("Allow", "GET, HEAD")
		http.Error(writer, "Only GET and HEAD are answered here.", http.StatusMethodNotAllowed)
	case d.files == nil && wantsPage(request):
		d.service.showPage(writer, request, http.StatusOK, "message", webPage{Title: "Zeitwork", Problem: "This binary was built without the dashboard. " +
			"Build it with `go tool task build`, which needs npm, and start it again. Until then, the zeitwork command does all that the dashboard does; " +
			"your account is at " + accountPath + "."})
	case d.files != nil && (staticFiles{files: d.files}).has(name):
		d.serve(writer, request, name)
	case d.files != nil && wantsPage(request) && !strings.HasPrefix(name, staticAssets):
		d.serve(writer, request, dashboardPage)
	default:
		http.NotFound(writer, request)
	}
}

// serve answers with a file, which is there.
func (d dashboard) serve(writer http.ResponseWriter, request *http.Request, name string) {
	files := staticFiles{files: d.files, policy: dashboardPolicy + " " + d.service.provider.Origin()}
	files.serve(writer, request, name)
}
