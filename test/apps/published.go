package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/zeitwork/zeitwork/test/rig"
)

// published returns a write function for an application that its makers publish in npm's registry with its sources: a package with its version. What else
// they publish, such as a build of it, is named without.
func published(pkg string, without ...string) func(context.Context, string) error {
	return func(ctx context.Context, dir string) (err error) {
		parent := dir + ".published"
		if err := errors.Join(os.MkdirAll(parent, 0o755), os.Mkdir(dir, 0o755)); err != nil {
			return fmt.Errorf("make a folder for the package: %w", err)
		}

		defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()

		if err := npx(ctx, parent, nil, "npm", "pack", "--ignore-scripts", pkg); err != nil {
			return err
		}

		archives, err := filepath.Glob(filepath.Join(parent, "*.tgz"))
		if err != nil || len(archives) != 1 {
			return fmt.Errorf("npm pack of %s made %d archives: %w", pkg, len(archives), err)
		}

		if _, err := rig.Run(exec.CommandContext(ctx, "tar", "--extract", "--file", archives[0], "--directory", dir, "--strip-components", "1")); err != nil {
			return fmt.Errorf("unpack %s: %w", pkg, err)
		}

		for _, name := range without {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
		}

		return err
	}
}

// withCopy copies a folder of what write makes into another, as those are told to do who begin with the application.
func withCopy(write func(context.Context, string) error, from, to string) func(context.Context, string) error {
	return func(ctx context.Context, dir string) error {
		if err := write(ctx, dir); err != nil {
			return err
		}

		if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(filepath.Join(dir, from))); err != nil {
			return fmt.Errorf("copy %s: %w", from, err)
		}

		return nil
	}
}
