package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/samber/lo"
)

// serviceLabel is the label of images by which Kamal knows that an image is of its service. kamal/deploy.yml names the same one.
const serviceLabel = "zeitwork"

// assemble makes an image of the layers.
func (r release) assemble(recipe recipe, architecture string, layers ...tree) (v1.Image, error) {
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)

	for _, files := range layers {
		var content bytes.Buffer
		if err := files.write(&content, r.identity.time); err != nil {
			return nil, err
		}

		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil },
			tarball.WithMediaType(types.OCILayer))
		if err != nil {
			return nil, fmt.Errorf("make a layer: %w", err)
		}

		if image, err = mutate.Append(image, mutate.Addendum{
			Layer: layer, History: v1.History{Created: v1.Time{Time: r.identity.time}, CreatedBy: "go tool task release"},
		}); err != nil {
			return nil, fmt.Errorf("add a layer: %w", err)
		}
	}

	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("configure the image: %w", err)
	}

	configured, err := mutate.ConfigFile(image, r.imageConfig(recipe, architecture, config.DeepCopy()))
	if err != nil {
		return nil, fmt.Errorf("configure the image: %w", err)
	}

	return configured, nil
}

// imageConfig adds to the configuration of an image's layers how it is run.
func (r release) imageConfig(recipe recipe, architecture string, config *v1.ConfigFile) *v1.ConfigFile {
	config.OS, config.Architecture, config.Created = "linux", architecture, v1.Time{Time: r.identity.time}
	config.Config = v1.Config{
		Entrypoint: []string{packagedProgram}, Cmd: []string{recipe.command}, WorkingDir: "/", StopSignal: "SIGTERM",
		Env:          append([]string{"PATH=/usr/bin:/usr/sbin", "HOME=/tmp"}, recipe.environment...),
		ExposedPorts: lo.SliceToMap(recipe.ports, func(port string) (string, struct{}) { return port, struct{}{} }),
		Labels: map[string]string{
			"service":                                serviceLabel,
			"org.opencontainers.image.title":         recipe.name,
			"org.opencontainers.image.description":   recipe.description,
			"org.opencontainers.image.version":       r.identity.version,
			"org.opencontainers.image.revision":      r.identity.commit,
			"org.opencontainers.image.created":       r.identity.time.Format("2006-01-02T15:04:05Z"),
			"org.opencontainers.image.source":        "https://github.com/zeitwork/zeitwork",
			"org.opencontainers.image.licenses":      "Apache-2.0",
			"org.opencontainers.image.base.name":     "scratch",
			"org.opencontainers.image.ref.name":      r.tag(),
			"org.opencontainers.image.vendor":        "Zeitwork",
			"org.opencontainers.image.documentation": "https://github.com/zeitwork/zeitwork/blob/main/docs/OPERATIONS.md",
		},
	}

	if !recipe.root {
		config.Config.User = strconv.Itoa(user) + ":" + strconv.Itoa(user)
	}

	return config
}
