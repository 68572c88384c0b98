package activities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// pinTimeout bounds the question for one image's digest.
const pinTimeout = 30 * time.Second

// PinOptions say where the images of a table are looked up.
type PinOptions struct {
	// Mirror is the host:port of a registry that has each image below the name of its own registry, such as docker.io/library/node; empty:
	// each is asked for where it is from.
	Mirror string
	// Insecure lets the mirror be asked by plain HTTP.
	Insecure bool
}

// PinBaseImages returns the table with the digest that each image has now, and without those that are not there. It is an error if the
// table would no longer be complete, or if a registry does not answer. Registries are asked as anybody may.
func PinBaseImages(ctx context.Context, table buildplan.BaseImages, options PinOptions) (buildplan.BaseImages, error) {
	var mutex sync.Mutex

	pinned := buildplan.BaseImages{}
	group, ctx := errgroup.WithContext(ctx)

	for runtime, known := range table {
		images := map[string]string{}
		pinned[runtime] = buildplan.Runtime{Default: known.Default, Images: images, Exact: known.Exact}

		for version, reference := range known.Images {
			group.Go(func() error {
				found, err := options.pin(ctx, reference)
				if err != nil || found == "" {
					return err
				}

				mutex.Lock()
				defer mutex.Unlock()

				images[version] = found

				return nil
			})
		}
	}

	if err := group.Wait(); err != nil {
		return nil, err
	}

	return pinned, pinned.Check()
}

// pin returns the reference with the digest that its tag has now, and an empty one where there is no such image.
func (o PinOptions) pin(ctx context.Context, reference string) (string, error) {
	tagged, _, pinned := strings.Cut(reference, "@")
	if pinned && !strings.Contains(path.Base(tagged), ":") {
		return reference, nil // It names a digest alone.
	}

	named, err := name.NewTag(tagged)
	if err != nil {
		return "", fmt.Errorf("read the name of an image: %w", err)
	}

	asked, err := o.mirrored(named)
	if err != nil {
		return "", err
	}

	ctx, cancel := context.WithTimeout(ctx, pinTimeout)
	defer cancel()

	descriptor, err := remote.Head(asked, remote.WithContext(ctx))
	if refused, ok := errors.AsType[*transport.Error](err); ok && refused.StatusCode == http.StatusNotFound {
		return "", nil
	}

	if err != nil {
		return "", fmt.Errorf("look up %s: %w", asked, err)
	}

	return tagged + "@" + descriptor.Digest.String(), nil
}

// mirrored is where the mirror has the image.
func (o PinOptions) mirrored(reference name.Tag) (name.Tag, error) {
	if o.Mirror == "" {
		return reference, nil
	}

	registry := reference.Context().RegistryStr()
	if registry == name.DefaultRegistry {
		registry = "docker.io"
	}

	var options []name.Option
	if o.Insecure {
		options = append(options, name.Insecure)
	}

	mirrored, err := name.NewTag(o.Mirror+"/"+registry+"/"+reference.Context().RepositoryStr()+":"+reference.TagStr(), options...)
	if err != nil {
		return name.Tag{}, fmt.Errorf("name %s on the mirror %s: %w", reference, o.Mirror, err)
	}

	return mirrored, nil
}
