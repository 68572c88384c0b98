package main

import (
	"context"
	"fmt"
	"os"
)

// writeVitePress returns a write function that makes a package and adds a version of VitePress to it, as VitePress's documentation says.
func writeVitePress(version string) func(context.Context, string) error {
	return func(ctx context.Context, dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return fmt.Errorf("make a folder for the package: %w", err)
		}

		for _, command := range [][]string{{"npm", "init", "--yes"}, {"npm", "pkg", "set", "devDependencies.vitepress=" + version}} {
			if err := npx(ctx, dir, nil, command...); err != nil {
				return err
			}
		}

		return atTerminal(ctx, dir, []string{"vitepress@" + version}, "vitepress", "init")
	}
}
