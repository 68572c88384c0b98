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

// staticAssets is the folder of files whose names change with their content.
const staticAssets = "assets/"

// staticFiles serves files that were built before the binary was, each with its compressed forms beside it.
type staticFiles struct {
	files fs.FS
	// policy is the Content-Security-Policy of pages and of all other files.
	policy string
}

func (f staticFiles) has(name string) bool {
	info, err := fs.Stat(f.files, name)

	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".")
}

// serve answers with a file, which is there.
func (f staticFiles) serve(writer http.ResponseWriter, request *http.Request, name string) {
	content, err := f.prepare(writer, request, name)
	if err != nil {
		noteError(request.Context(), err)
		writeProblem(writer, problemOf(request.Context(), err))

		return
	}

	if strings.HasPrefix(name, staticAssets) {
		writer.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		sum := sha256.Sum256(content)
		writer.Header().Set("Cache-Control", "no-cache")
		writer.Header().Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:])+`"`)
	}

	http.ServeContent(writer, request, name, time.Time{}, bytes.NewReader(content))
}

// serveMissing answers with a page, which is there, that says that there is no such page.
func (f staticFiles) serveMissing(writer http.ResponseWriter, request *http.Request, page string) {
	content, err := f.prepare(writer, request, page)
	if err != nil {
		noteError(request.Context(), err)
		writeProblem(writer, problemOf(request.Context(), err))

		return
	}

	writer.Header().Set("Cache-Control", "no-cache")
	writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	writer.WriteHeader(http.StatusNotFound)

	if request.Method != http.MethodHead {
		_, _ = writer.Write(content) // It fails for a client that is gone.
	}
}

// prepare reads a file and sets the headers that all files have.
func (f staticFiles) prepare(writer http.ResponseWriter, request *http.Request, name string) ([]byte, error) {
	content, encoding, err := f.read(request, name)
	if err != nil {
		return nil, err
	}

	header := writer.Header()
	header.Set("Content-Security-Policy", f.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Vary", "Accept-Encoding")

	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}

	return content, nil
}

// read returns a file as the browser takes it, and the encoding that it has then.
func (f staticFiles) read(request *http.Request, name string) (content []byte, encoding string, err error) {
	for _, each := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !acceptsEncoding(request.Header.Get("Accept-Encoding"), each.encoding) {
			continue
		}

		if content, err = fs.ReadFile(f.files, name+each.suffix); err == nil {
			return content, each.encoding, nil
		}
	}

	content, err = fs.ReadFile(f.files, name)

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
