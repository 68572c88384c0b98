package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
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

	configured, err := mutate.ConfigFile(image, r.imageConfig(recipe, architecture, image))
	if err != nil {
		return nil, fmt.Errorf("configure the image: %w", err)
	}

	return configured, nil
}

func (r release) imageConfig(recipe recipe, architecture string, image v1.Image) *v1.ConfigFile {
	config, err := image.ConfigFile()
	if err != nil {
		config = &v1.ConfigFile{}
	}

	config = config.DeepCopy()
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

// tag is the version as a tag may have it.
func (r release) tag() string { return strings.ReplaceAll(r.identity.version, "+", "-") }

// writeImage writes an image with its architectures as an archive in OCI's layout, which docker, podman, containerd and crane load, and pushes it where a
// repository was named.
func (r release) writeImage(ctx context.Context, image string, index v1.ImageIndex) error {
	folder, err := os.MkdirTemp("", "zeitwork-image-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}

	defer func() { _ = os.RemoveAll(folder) }()

	written, err := layout.Write(folder, empty.Index)
	if err != nil {
		return fmt.Errorf("write the layout: %w", err)
	}

	if err := written.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"org.opencontainers.image.ref.name": r.tag(), "io.containerd.image.name": r.repository + "/" + image + ":" + r.tag(),
	})); err != nil {
		return fmt.Errorf("write the layout: %w", err)
	}

	files, err := filesBelow(folder)
	if err != nil {
		return err
	}

	file, err := os.Create(filepath.Join(r.out, image+"-"+r.identity.version+".oci.tar"))
	if err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}

	if err := files.write(file, r.identity.time); err != nil {
		_ = file.Close()

		return err
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("make the archive: %w", err)
	}

	return r.push(ctx, image, index)
}

// push pushes the image with the credentials that docker has, where that was asked for.
func (r release) push(ctx context.Context, image string, index v1.ImageIndex) error {
	if !r.pushes {
		return nil
	}

	tag, err := name.NewTag(r.repository + "/" + image + ":" + r.tag())
	if err != nil {
		return fmt.Errorf("name the image: %w", err)
	}

	sayf("pushing %s", tag)

	if err := remote.WriteIndex(tag, index, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
		return fmt.Errorf("push %s: %w", tag, err)
	}

	return nil
}

// filesBelow are the files of a folder.
func filesBelow(folder string) (tree, error) {
	files := tree{}

	err := filepath.WalkDir(folder, func(path string, found os.DirEntry, err error) error {
		if err != nil || found.IsDir() {
			return err
		}

		relative, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}

		files[filepath.ToSlash(relative)] = entry{mode: fileMode, from: path}

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of the layout: %w", err)
	}

	return files, nil
}

// named returns the files that a recipe names for an architecture. One that ends in a slash stands for all that the folder has.
func (d debianFiles) named(files []string, architecture string) []string {
	triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[architecture]

	return lo.FlatMap(files, func(file string, _ int) []string {
		file = strings.ReplaceAll(file, "/ARCH/", "/"+triplet+"/")
		if !strings.HasSuffix(file, "/") {
			return []string{file}
		}

		inside := lo.Filter(lo.Keys(d.files), func(name string, _ int) bool { return strings.HasPrefix(name, file) })
		slices.Sort(inside)

		return inside
	})
}
