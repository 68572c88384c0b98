package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// packages makes an archive and a Debian package for each architecture, with a list of what is in them.
func (r release) packages(ctx context.Context, binaries compiled) error {
	tools, err := r.tools.Build(ctx, toolchain.Release())
	if err != nil {
		return err
	}

	for _, architecture := range architectures() {
		name := r.name(architecture)
		sayf("packing %s", name)

		// Nodes and edges are given the binary alone.
		if err := copyFile(binaries.path(architecture), filepath.Join(r.out, name)); err != nil {
			return err
		}

		if err := r.debianPackage(ctx, filepath.Join(tools, "nfpm"), binaries.path(architecture), architecture); err != nil {
			return err
		}

		if err := r.writeContents(name, []string{binaries.path(architecture)}, nil); err != nil {
			return err
		}
	}

	return nil
}

// name is how the files for an architecture begin.
func (r release) name(architecture string) string {
	return "zeitwork-" + r.identity.version + "-linux-" + architecture
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	defer func() { _ = source.Close() }()

	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, programMode)
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}

	_, err = io.Copy(target, source)

	return errors.Join(err, target.Close())
}
