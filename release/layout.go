package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

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
