package debiancomposer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// revision is part of where the archives are kept: raise it when the code changes what it makes.
	revision = "1"
	suite    = "trixie"
	// framework is the Debian package that is wanted, with all that it needs.
	framework = "php-laravel-framework"
	// artifacts is the directory of an app that the repository stands in.
	artifacts = "artifacts"
)

// Write puts the repository into an app, which must not have the directory artifacts yet, and has its composer.lock name what is in it. The repository
// is made first where cacheDir does not have it.
func Write(ctx context.Context, cacheDir, app string) error {
	sum := sha256.Sum256([]byte(revision + suite + framework))
	cached := filepath.Join(cacheDir, "composer-artifacts-"+hex.EncodeToString(sum[:8]))

	if _, err := os.Stat(cached); errors.Is(err, fs.ErrNotExist) {
		if err := fill(ctx, cacheDir, cached); err != nil {
			return fmt.Errorf("make composer packages from Debian's: %w", err)
		}
	}

	if err := os.CopyFS(filepath.Join(app, artifacts), os.DirFS(cached)); err != nil {
		return fmt.Errorf("copy the composer packages: %w", err)
	}

	if err := writeLock(app); err != nil {
		return fmt.Errorf("lock the app at the composer packages: %w", err)
	}

	return nil
}

// fill makes the repository beside its place, so that it is there whole or not at all. Of processes that do so at once, the first wins.
func fill(ctx context.Context, cacheDir, cached string) error {
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		return err
	}

	work, err := os.MkdirTemp(cacheDir, "composer-artifacts-making-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()

	archives, err := download(ctx, filepath.Join(work, "debian"))
	if err != nil {
		return err
	}

	packages := map[string]*composerPackage{}

	for _, archive := range archives {
		if err := addDebianPackage(ctx, packages, archive); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}
	}

	made := filepath.Join(work, artifacts)
	if err := os.Mkdir(made, 0o755); err != nil {
		return err
	}

	for _, one := range packages {
		if err := one.write(made); err != nil {
			return fmt.Errorf("write %s: %w", one.Name, err)
		}
	}

	if err := os.Rename(made, cached); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}

	return nil
}
