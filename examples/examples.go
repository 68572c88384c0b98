// Package examples holds applications that show how the platform is used. `zeitwork up` deploys one of them, NodeDockerfile; tests and
// benchmarks deploy all.
package examples

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// NodeDockerfile is a Node server with a Dockerfile, in the folder node-dockerfile.
//
//go:embed all:node-dockerfile
var NodeDockerfile embed.FS

//go:embed all:laravel all:lockfiles all:nextjs all:node all:nuxt all:rails all:static all:vite all:workspace
var files embed.FS

// NPM is the package manager whose lockfile stands in the folders of the Node examples.
const NPM = "npm"

// Names are the examples that have no Dockerfile.
var Names = []string{"laravel", "nextjs", "node", "nuxt", "rails", "static", "vite", "workspace"}

// Managers are the package managers that each Node example has a lockfile of.
var Managers = []string{NPM, "pnpm", "yarn1", "yarn4", "bun"}

// Write puts a Node example (nextjs, node, nuxt or vite) into a directory, which must not have its files yet, with the lockfile of one of Managers.
func Write(dir, name, manager string) error {
	if err := write(dir, name); err != nil || manager == NPM {
		return err
	}

	if err := os.Remove(filepath.Join(dir, "package-lock.json")); err != nil {
		return fmt.Errorf("take npm's lockfile out of the example: %w", err)
	}

	return write(dir, path.Join("lockfiles", name, manager))
}

// WriteNodeDockerfile puts the Node server with a Dockerfile into a directory, which must not have its files yet.
func WriteNodeDockerfile(dir string) error {
	tree, err := fs.Sub(NodeDockerfile, "node-dockerfile")
	if err != nil {
		return fmt.Errorf("read the example: %w", err)
	}

	if err := os.CopyFS(dir, tree); err != nil {
		return fmt.Errorf("write the example: %w", err)
	}

	return nil
}

// WriteWorkspace puts a pnpm workspace into a directory, which must not have its files yet. The app in it is apps/web.
func WriteWorkspace(dir string) error { return write(dir, "workspace") }

// WriteRails puts the Rails example into a directory, which must not have its files yet. Its gems come from rubygems.org when it is built.
func WriteRails(dir string) error {
	if err := write(dir, "rails"); err != nil {
		return err
	}

	// Embedding has lost that these can be run.
	for _, program := range []string{"rails", "rake", "setup"} {
		if err := os.Chmod(filepath.Join(dir, "bin", program), 0o755); err != nil { //nolint:gosec // As in every Rails app.
			return fmt.Errorf("write the example's programs: %w", err)
		}
	}

	return nil
}

// WriteLaravel puts the Laravel example into a directory, which must not have its files yet. Its folder artifacts, from which composer installs
// the PHP packages, is left to the caller.
func WriteLaravel(dir string) error { return write(dir, "laravel") }

// WriteStatic puts the static site into a directory, which must not have its files yet.
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
