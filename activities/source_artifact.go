package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// sourceMediaType is that of the artifact's configuration, by which registries tell artifacts apart.
const sourceMediaType types.MediaType = "application/vnd.zeitwork.source.config.v1+json"

// The annotations of the artifact's manifest.
const (
	annotationCommit  = "org.opencontainers.image.revision"
	annotationCreated = "org.opencontainers.image.created"
	annotationAuthor  = "org.opencontainers.image.authors"
	annotationMessage = "org.opencontainers.image.description"
	// annotationMissing is a JSON array of sentences: what is not in the source although the repository names it.
	annotationMissing = "com.zeitwork.source.missing"
	// annotationIncomplete marks a source of which a later fetch may find more.
	annotationIncomplete = "com.zeitwork.source.incomplete"
)

// sourceRepository returns the path of a project's source artifacts in the registry; they are tagged by commit.
func sourceRepository(projectID uuid.UUID) string { return "sources/" + projectID.String() }

// find looks for the artifact that an earlier attempt has made of the commit.
func (s *Source) find(ctx context.Context, projectID uuid.UUID, hash string) (CloneResult, bool, error) {
	path := sourceRepository(projectID)

	repository, err := s.registry.repository(path)
	if err != nil {
		return CloneResult{}, false, err
	}

	descriptor, err := remote.Get(repository.Tag(hash), s.registry.options(ctx, path, registryauth.Pull)...)
	if isMissing(err) {
		return CloneResult{}, false, nil
	}

	if err != nil {
		return CloneResult{}, false, s.registry.trouble(err, "look for the source of commit %s", hash)
	}

	artifact, err := descriptor.Image()
	if err != nil {
		return CloneResult{}, false, fmt.Errorf("read the source artifact of commit %s: %w", hash, err)
	}

	manifest, err := artifact.Manifest()
	if err != nil {
		return CloneResult{}, false, s.registry.trouble(err, "read the source of commit %s", hash)
	}

	// An artifact that lacks files of Git LFS is not used again: they may have been uploaded since.
	if manifest.Annotations[annotationIncomplete] != "" {
		return CloneResult{}, false, nil
	}

	// A store that has lost the files still has the manifest.
	whole, err := hasLayers(artifact)
	if err != nil {
		return CloneResult{}, false, s.registry.trouble(err, "look for the files of commit %s", hash)
	}

	if !whole {
		return CloneResult{}, false, nil
	}

	result, err := describeArtifact(artifact)

	return result, err == nil, err
}

// hasLayers tells whether the registry has the layers of one of its artifacts.
func hasLayers(artifact v1.Image) (bool, error) {
	layers, err := artifact.Layers()
	if err != nil {
		return false, fmt.Errorf("read the layers: %w", err)
	}

	for _, layer := range layers {
		if there, err := partial.Exists(layer); err != nil || !there {
			return false, err //nolint:wrapcheck // The caller says what it looked for.
		}
	}

	return true, nil
}

// keep puts the archive into the registry as an artifact.
func (s *Source) keep(ctx context.Context, projectID uuid.UUID, packed *archive) (CloneResult, error) {
	artifact, err := newArtifact(packed)
	if err != nil {
		return CloneResult{}, err
	}

	path := sourceRepository(projectID)

	repository, err := s.registry.repository(path)
	if err != nil {
		return CloneResult{}, err
	}

	options := s.registry.options(ctx, path, registryauth.Pull, registryauth.Push)

	// Write asks a registry that has the manifest for nothing else, even where the registry has lost the files.
	if err := remote.WriteLayer(repository, packed, options...); err != nil {
		return CloneResult{}, s.registry.trouble(err, "keep the files of commit %s", packed.commit.hash)
	}

	if err := remote.Write(repository.Tag(packed.commit.hash), artifact, options...); err != nil {
		return CloneResult{}, s.registry.trouble(err, "keep the source of commit %s", packed.commit.hash)
	}

	return describeArtifact(artifact)
}

func newArtifact(packed *archive) (v1.Image, error) {
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), sourceMediaType)

	image, err := mutate.Append(image, mutate.Addendum{Layer: packed, MediaType: archiveMediaType})
	if err != nil {
		return nil, fmt.Errorf("make the source artifact: %w", err)
	}

	annotations := map[string]string{
		annotationCommit:  packed.commit.hash,
		annotationCreated: packed.commit.time.Format(time.RFC3339),
		annotationAuthor:  packed.commit.author,
		annotationMessage: packed.commit.message,
	}

	if len(packed.missing) > 0 {
		encoded, err := json.Marshal(packed.missing)
		if err != nil {
			return nil, fmt.Errorf("encode what the source lacks: %w", err)
		}

		annotations[annotationMissing] = string(encoded)
	}

	if packed.incomplete {
		annotations[annotationIncomplete] = "true"
	}

	annotated, ok := mutate.Annotations(image, annotations).(v1.Image)
	if !ok {
		return nil, fmt.Errorf("annotate the source artifact of commit %s", packed.commit.hash)
	}

	return annotated, nil
}

func describeArtifact(artifact v1.Image) (CloneResult, error) {
	digest, err := artifact.Digest()
	if err != nil {
		return CloneResult{}, fmt.Errorf("hash the source artifact: %w", err)
	}

	manifest, err := artifact.Manifest()
	if err != nil {
		return CloneResult{}, fmt.Errorf("read the source artifact: %w", err)
	}

	if len(manifest.Layers) != 1 {
		return CloneResult{}, fmt.Errorf("the source artifact %s has %d layers instead of one", digest, len(manifest.Layers))
	}

	var missing []string

	if encoded := manifest.Annotations[annotationMissing]; encoded != "" {
		if err := json.Unmarshal([]byte(encoded), &missing); err != nil {
			return CloneResult{}, fmt.Errorf("read what the source %s lacks: %w", digest, err)
		}
	}

	return CloneResult{
		Missing:   missing,
		Commit:    manifest.Annotations[annotationCommit],
		Message:   manifest.Annotations[annotationMessage],
		Author:    manifest.Annotations[annotationAuthor],
		Digest:    digest.String(),
		SizeBytes: manifest.Layers[0].Size,
	}, nil
}
