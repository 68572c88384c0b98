package conformance

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

const repository = "conformance/app"

// registry is as much of a registry as it takes to pull one image.
type registry struct {
	server *http.Server
	// host is the registry's address, and reference that of the image in it.
	host, reference string
}

func newRegistry(served image) (*registry, error) {
	manifest := digest.FromBytes(served.manifest)

	server, host, err := serveLoopback(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wanted := digest.Digest(path.Base(r.URL.Path))

		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.HasPrefix(r.URL.Path, "/v2/"+repository+"/"):
			w.WriteHeader(http.StatusNotFound)
		case wanted == manifest:
			w.Header().Set("Content-Type", v1.MediaTypeImageManifest)
			w.Header().Set("Docker-Content-Digest", manifest.String())
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(served.manifest))
		case wanted == digest.FromBytes(served.config):
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(served.config))
		case wanted == served.layer:
			http.ServeFile(w, r, served.layerFile)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	if err != nil {
		return nil, err
	}

	return &registry{server: server, host: host, reference: host + "/" + repository + "@" + manifest.String()}, nil
}
