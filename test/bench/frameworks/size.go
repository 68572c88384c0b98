package frameworks

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// imageRepository is where the images of a project stand in the registry.
func imageRepository(project uuid.UUID) string { return "projects/" + project.String() }

// size is what a node without any of the image's layers has to pull, in bytes.
func (b *workbench) size(ctx context.Context, project uuid.UUID, digest string) (int64, error) {
	repository := imageRepository(project)

	password, err := b.runner.Password(repository, registryauth.Pull)
	if err != nil {
		return 0, err
	}

	reference, err := name.NewDigest(b.runner.Name(repository)+"@"+digest, name.Insecure)
	if err != nil {
		return 0, fmt.Errorf("name the image: %w", err)
	}

	image, err := remote.Image(reference, remote.WithContext(ctx), remote.WithAuth(&authn.Basic{Username: registryauth.GrantUser, Password: password}))
	if err != nil {
		return 0, fmt.Errorf("find the image: %w", err)
	}

	manifest, err := image.Manifest()
	if err != nil {
		return 0, fmt.Errorf("read the image: %w", err)
	}

	return manifest.Config.Size + lo.SumBy(manifest.Layers, func(layer v1.Descriptor) int64 { return layer.Size }), nil
}
