package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/local/baseimages"
)

// baseImagesFile is the table of the images that the cluster's generated Dockerfiles start from.
const baseImagesFile = "base-images.json"

// provideBaseImages puts base images into the cluster's registry where no public one is in reach, and writes the table of base images
// for the workers, with the digests that the registry has.
func (c *Cluster) provideBaseImages(ctx context.Context) error {
	if c.options.PublicRegistry {
		return c.pinBaseImages(ctx)
	}

	if err := c.pushBaseImages(ctx); err != nil {
		return err
	}

	return c.pinBaseImages(ctx, "--mirror", c.addresses.registry, "--insecure")
}

func (c *Cluster) pushBaseImages(ctx context.Context) error {
	if c.options.PublicRegistry {
		return nil
	}

	const lifetime = time.Hour

	return baseimages.Ensure(ctx, baseimages.Options{
		CacheDir: c.options.CacheDir,
		Registry: c.addresses.registry,
		Progress: c.options.Progress,
		Authenticator: func(repository string) authn.Authenticator {
			access := registryauth.Repository(repository, registryauth.Pull, registryauth.Push)

			// Signing can fail only for a key of the wrong length. The registry would then refuse the empty password.
			grant, _ := registryauth.NewGrant(c.key, access, time.Now(), lifetime)

			return &authn.Basic{Username: registryauth.GrantUser, Password: grant}
		},
	})
}

// pinBaseImages writes the table with the images that the registry has.
func (c *Cluster) pinBaseImages(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, c.options.Program, append([]string{"base-images", "--pin"}, arguments...)...)

	table, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return fmt.Errorf("pin the base images: %s", exit.Stderr)
	}

	if err != nil {
		return fmt.Errorf("pin the base images: %w", err)
	}

	making := c.dir(baseImagesFile) + ".making"
	if err := os.WriteFile(making, table, 0o600); err != nil {
		return fmt.Errorf("keep the table of base images: %w", err)
	}

	return os.Rename(making, c.dir(baseImagesFile))
}
