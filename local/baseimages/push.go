package baseimages

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// library is the repository below which BuildKit looks for docker.io's official images on its mirror.
const library = "docker.io/library/"

// pushAll pushes every tag that the registry lacks or has of another image.
func pushAll(ctx context.Context, options Options, images []image) error {
	for _, image := range images {
		repository := library + image.recipe.Name

		authenticator := authn.Anonymous
		if options.Authenticator != nil {
			authenticator = options.Authenticator(repository)
		}

		pusher, err := remote.NewPusher(remote.WithAuth(authenticator))
		if err != nil {
			return fmt.Errorf("prepare the push of %s: %w", repository, err)
		}

		tags, err := image.tags()
		if err != nil {
			return err
		}

		for _, tag := range tags {
			reference, err := name.NewTag(options.Registry+"/"+repository+":"+tag, name.Insecure)
			if err != nil {
				return fmt.Errorf("name %s:%s: %w", repository, tag, err)
			}

			if err := image.push(ctx, options, reference, pusher, authenticator); err != nil {
				return err
			}
		}
	}

	return nil
}

func (i image) push(ctx context.Context, options Options, reference name.Tag, pusher *remote.Pusher, auth authn.Authenticator) error {
	digest, err := i.image.Digest()
	if err != nil {
		return fmt.Errorf("read the digest of %s: %w", reference, err)
	}

	found, err := remote.Head(reference, remote.WithContext(ctx), remote.WithAuth(auth))
	if err == nil && found.Digest == digest {
		return nil
	}

	options.Progress("base images", "pushing "+i.recipe.Name+":"+reference.TagStr())

	if err := pusher.Push(ctx, reference, i.image); err != nil {
		return fmt.Errorf("push %s: %w", reference, err)
	}

	return nil
}
