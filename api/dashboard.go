package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

const (
	// dashboardPage is the file that every address of the dashboard is answered with: the program in it shows what the address names.
	dashboardPage = "index.html"
	// dashboardAssets is where files are whose names change with their content.
	dashboardAssets = "assets/"
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
	case d.files != nil && d.isFile(name):
		d.serve(writer, request, name)
	case d.files != nil && wantsPage(request) && !strings.HasPrefix(name, dashboardAssets):
		d.serve(writer, request, dashboardPage)
	default:
		http.NotFound(writer, request)
	}
}

func (d dashboard) isFile(name string) bool {
	info, err := fs.Stat(d.files, name)

	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".")
}

func (d dashboard) serve(writer http.ResponseWriter, request *http.Request, name string) {
	content, encoding, err := d.read(request, name)
	if err != nil {
		noteError(request.Context(), err)
		writeProblem(writer, problemOf(request.Context(), err))

		return
	}

	header := writer.Header()
	header.Set("Content-Security-Policy", dashboardPolicy+" "+d.service.provider.Origin())
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Vary", "Accept-Encoding")

	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}

	if strings.HasPrefix(name, dashboardAssets) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		sum := sha256.Sum256(content)
		header.Set("Cache-Control", "no-cache")
		header.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:])+`"`)
	}

	http.ServeContent(writer, request, name, time.Time{}, bytes.NewReader(content))
}

// read returns a file as the browser takes it, and the encoding that it has then.
func (d dashboard) read(request *http.Request, name string) (content []byte, encoding string, err error) {
	for _, each := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !acceptsEncoding(request.Header.Get("Accept-Encoding"), each.encoding) {
			continue
		}

		if content, err = fs.ReadFile(d.files, name+each.suffix); err == nil {
			return content, each.encoding, nil
		}
	}

	content, err = fs.ReadFile(d.files, name)

	return content, "", err
}

// acceptsEncoding tells whether the header Accept-Encoding names an encoding without refusing it.
func acceptsEncoding(header, encoding string) bool {
	for each := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(each), ";")
		if name == encoding {
			return strings.ReplaceAll(parameters, " ", "") != "q=0"
		}
	}

	return false
}
