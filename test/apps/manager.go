package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// manager is a package manager.
type manager string

const (
	npm   manager = "npm"
	pnpm  manager = "pnpm"
	pnpm8 manager = "pnpm8"
	yarn1 manager = "yarn1"
	yarn4 manager = "yarn4"
	bun   manager = "bun"
)

// lock writes the manager's lockfile of the application in a folder.
func (m manager) lock(ctx context.Context, dir string) error {
	switch m {
	case "":
		return nil
	case npm:
		return npx(ctx, dir, nil, "npm", "install", "--package-lock-only", "--ignore-scripts")
	case pnpm:
		return npx(ctx, dir, []string{"pnpm@10"}, "pnpm", "install", "--lockfile-only", "--ignore-scripts")
	case pnpm8:
		return npx(ctx, dir, []string{"pnpm@8.7.0"}, "pnpm", "install", "--lockfile-only", "--ignore-scripts")
	case yarn1:
		// Yarn 1 has no way to lock that does not install.
		if err := npx(ctx, dir, []string{"yarn@1.22.22"}, "yarn", "install", "--ignore-scripts", "--non-interactive"); err != nil {
			return err
		}

		return os.RemoveAll(filepath.Join(dir, "node_modules"))
	case yarn4:
		// Without a yarn.lock of its own Yarn takes the folder for a part of a project above it.
		if err := os.WriteFile(filepath.Join(dir, "yarn.lock"), nil, 0o644); err != nil { //nolint:gosec // As every file of the source.
			return fmt.Errorf("begin a lockfile: %w", err)
		}

		return npx(ctx, dir, []string{"@yarnpkg/cli-dist@4"}, "yarn", "install", "--mode=update-lockfile", "--no-immutable")
	case bun:
		return npx(ctx, dir, []string{"bun@1"}, "bun", "install", "--lockfile-only", "--ignore-scripts")
	default:
		return fmt.Errorf("there is no package manager %q", m)
	}
}
