// Package examples holds applications that show how the platform is used. The local cluster deploys one of them; tests and benchmarks deploy all.
package examples

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/zeitwork/zeitwork/local/baseimages"
	"github.com/zeitwork/zeitwork/test/fixtures/composer"
	"github.com/zeitwork/zeitwork/test/fixtures/gems"
)

// NodeDockerfile is a Node server with a Dockerfile, in the folder node-dockerfile.
//
//go:embed all:node-dockerfile
var NodeDockerfile embed.FS

//go:embed all:laravel all:lockfiles all:nextjs all:node all:nuxt all:rails all:static all:vite all:workspace
var files embed.FS

// NPM is the package manager whose lockfile the Node examples come with.
const NPM = "npm"

// Names are those of the examples that bring no Dockerfile.
var Names = []string{"laravel", "nextjs", "node", "nuxt", "rails", "static", "vite", "workspace"} //nolint:gochecknoglobals // See Managers.

// Managers are the package managers that each Node example has a lockfile of.
var Managers = []string{NPM, "pnpm", "yarn1", "yarn4", "bun"} //nolint:gochecknoglobals // A list cannot be a constant.

// Write puts a Node example into a directory, which must not have its files yet, with the lockfile of one of the managers.
func Write(dir, name, manager string) error {
	if err := write(dir, name); err != nil || manager == NPM {
		return err
	}

	if err := os.Remove(filepath.Join(dir, "package-lock.json")); err != nil {
		return fmt.Errorf("take npm's lockfile out of the example: %w", err)
	}

	return write(dir, path.Join("lockfiles", name, manager))
}

// WriteWorkspace puts a pnpm workspace into a directory, which must not have its files yet. The app in it is apps/web.
func WriteWorkspace(dir string) error { return write(dir, "workspace") }

// WriteRails puts the Rails example into a directory. Where base images come from a public registry, so do its gems from rubygems.org when it
// is built; else it has those of WriteVendoredRails, whose native extensions run on Debian's Ruby alone.
func WriteRails(ctx context.Context, dir, cacheDir string) error {
	if baseimages.PublicRegistry(ctx) {
		return writeRails(dir)
	}

	return WriteVendoredRails(ctx, dir, cacheDir)
}

// WriteVendoredRails puts the Rails example into a directory, with gems from Debian's packages in vendor/cache; see gems.Ensure. The
// named gems are added to its Gemfile.
func WriteVendoredRails(ctx context.Context, dir, cacheDir string, more ...string) error {
	if err := writeRails(dir); err != nil {
		return err
	}

	gemfile, err := addGems(filepath.Join(dir, "Gemfile"), more)
	if err != nil {
		return err
	}

	gems, err := gems.Ensure(ctx, cacheDir, gemfile)
	if err != nil {
		return err
	}

	// The lockfile of Debian's versions takes the place of the one that came with the example.
	if err := os.Remove(filepath.Join(dir, "Gemfile.lock")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("take the lockfile out of the example: %w", err)
	}

	if err := os.CopyFS(dir, os.DirFS(gems)); err != nil {
		return fmt.Errorf("write the example's gems: %w", err)
	}

	return nil
}

func writeRails(dir string) error {
	if err := write(dir, "rails"); err != nil {
		return err
	}

	// What is embedded does not know what can be run.
	for _, program := range []string{"rails", "rake", "setup"} {
		if err := os.Chmod(filepath.Join(dir, "bin", program), 0o755); err != nil { //nolint:gosec // As in every Rails app.
			return fmt.Errorf("write the example's programs: %w", err)
		}
	}

	return nil
}

// addGems returns the Gemfile as it then is.
func addGems(name string, gems []string) ([]byte, error) {
	gemfile, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the example's Gemfile: %w", err)
	}

	for _, gem := range gems {
		gemfile = fmt.Appendf(gemfile, "gem %q\n", gem)
	}

	if err := os.WriteFile(name, gemfile, 0o644); err != nil { //nolint:gosec // As every file of the example.
		return nil, fmt.Errorf("add gems to the example's Gemfile: %w", err)
	}

	return gemfile, nil
}

// WriteLaravel puts the Laravel example into a directory, with PHP packages from Debian's and a lockfile of their versions; see composer.Write.
func WriteLaravel(ctx context.Context, dir, cacheDir string) error {
	if err := write(dir, "laravel"); err != nil {
		return err
	}

	return composer.Write(ctx, cacheDir, dir)
}

// WriteStatic puts the site of files into a directory.
func WriteStatic(dir string) error { return write(dir, "static") }

func write(dir, folder string) error {
	tree, err := fs.Sub(files, folder)
	if err != nil {
		return fmt.Errorf("read the example: %w", err)
	}

	if err := os.CopyFS(dir, tree); err != nil {
		return fmt.Errorf("write the example: %w", err)
	}

	return nil
}
