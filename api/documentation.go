package api

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

const (
	// documentationPath is where the documentation is. Everybody may read it.
	documentationPath = "/docs/"
	// documentationMissing is the file that says that there is no such page.
	documentationMissing = "404.html"
	// documentationPolicy lets the documentation run its own files alone. Its scripts make HTML of its own pages, which search shows extracts of.
	documentationPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// documentation serves the files of the documentation's site.
type documentation struct {
	// files is nothing in a binary that was built without the site.
	files   fs.FS
	service *service
}

// ServeHTTP answers with a file of the site. Addresses of pages have no ending: /docs/start is the file start.html.
func (d documentation) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	name := strings.TrimPrefix(path.Clean(request.URL.Path), strings.TrimSuffix(documentationPath, "/"))
	name = strings.TrimPrefix(name, "/")
	files := staticFiles{files: d.files, policy: documentationPolicy}

	switch {
	case request.Method != http.MethodGet && request.Method != http.MethodHead:
		writer.Header().Set("Allow", "GET, HEAD")
		http.Error(writer, "Only GET and HEAD are answered here.", http.StatusMethodNotAllowed)
	case d.files == nil:
		d.service.showPage(writer, request, http.StatusNotFound, "message", webPage{Title: "Zeitwork", Problem: "This binary was built without the " +
			"documentation. Build it with `go tool task build`, which needs npm, and start it again. Until then, the folder docs/ of the source has the same pages."})
	case strings.HasSuffix(request.URL.Path, "/") && files.has(path.Join(name, "index.html")):
		files.serve(writer, request, path.Join(name, "index.html"))
	case files.has(name + ".html"):
		files.serve(writer, request, name+".html")
	case files.has(name):
		files.serve(writer, request, name)
	case files.has(path.Join(name, "index.html")):
		http.Redirect(writer, request, documentationPath+name+"/", http.StatusMovedPermanently) //nolint:gosec // It is a folder of the site.
	case wantsPage(request) && !strings.HasPrefix(name, staticAssets):
		files.serveMissing(writer, request, documentationMissing)
	default:
		http.NotFound(writer, request)
	}
}
