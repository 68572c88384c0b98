// Package baseimages makes the images that Dockerfiles start from where no public registry is in reach, and pushes them to the local
// registry under the names that Dockerfiles use.
//
// The images are made from Debian packages and from npm's archive of Node's binary. They hold the host's certificates, so that a build
// works behind a proxy that the host trusts.
package baseimages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

const (
	publicRegistry        = "https://registry-1.docker.io/v2/"
	publicRegistryTimeout = 3 * time.Second
)

// Progress is told what is being done: detail is a few words, for people.
type Progress func(part, detail string)

// Options say where the images are kept and where they go.
type Options struct {
	// CacheDir keeps what was made, by the hash of how it was made.
	CacheDir string
	// Registry is the host:port of a registry that speaks plain HTTP.
	Registry string
	// Authenticator returns the credentials for a push to a repository; nil: the registry asks for none.
	Authenticator func(repository string) authn.Authenticator
	Progress      Progress
}

// PublicRegistry tells whether Docker Hub is in reach. It takes three seconds at the most.
func PublicRegistry(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, publicRegistryTimeout)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, publicRegistry, nil)
	if err != nil {
		return false
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close() //nolint:errcheck // Nothing was written.

	return response.StatusCode == http.StatusOK || response.StatusCode == http.StatusUnauthorized
}

// Ensure makes the images that are not in the cache and pushes those that the registry lacks. It may be called at every start: with
// everything in place it takes milliseconds. Processes that call it at the same time make the images once.
func Ensure(ctx context.Context, options Options) error {
	if options.Progress == nil {
		options.Progress = func(string, string) {}
	}

	images, err := load(ctx, options)
	if err != nil {
		return err
	}

	return pushAll(ctx, options, images)
}

// Make makes the images that are not in the cache and pushes none, so that it can be called before a registry runs.
func Make(ctx context.Context, cacheDir string, progress Progress) error {
	_, err := load(ctx, Options{CacheDir: cacheDir, Progress: progress})

	return err
}

// image is one recipe's image.
type image struct {
	recipe recipe
	image  v1.Image
}

// load returns the images from the cache, after making them where the cache has none.
func load(ctx context.Context, options Options) ([]image, error) {
	certificates, err := hostCertificates()
	if err != nil {
		return nil, err
	}

	dir := layoutDir(options.CacheDir, certificates)

	images, err := read(dir)
	if err == nil {
		return images, nil
	}

	unlock, err := lock(ctx, options.CacheDir)
	if err != nil {
		return nil, err
	}
	defer unlock()

	// Another process may have made them while this one waited.
	if images, err = read(dir); err == nil {
		return images, nil
	}

	if err := makeAll(ctx, options, certificates, dir); err != nil {
		return nil, fmt.Errorf("make the base images: %w", err)
	}

	return read(dir)
}

// read reads the images from their OCI layout, which has them in the order of recipes.
func read(dir string) ([]image, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, fmt.Errorf("read the base images in %s: %w", dir, err)
	}

	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read the base images in %s: %w", dir, err)
	}

	if len(manifest.Manifests) != len(recipes) {
		return nil, errors.New("the cached base images are not complete")
	}

	images := make([]image, 0, len(recipes))

	for i, descriptor := range manifest.Manifests {
		made, err := index.Image(descriptor.Digest)
		if err != nil {
			return nil, fmt.Errorf("read a base image in %s: %w", dir, err)
		}

		images = append(images, image{recipe: recipes[i], image: made})
	}

	return images, nil
}
