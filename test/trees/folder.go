package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/samber/lo"
)

// treesIn returns the folders in a folder as trees of which nobody has said how they end: any page will do, and any sentence that tells the user what to do.
func treesIn(folder string) ([]tree, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("look for trees: %w", err)
	}

	return lo.FilterMap(entries, func(entry os.DirEntry, _ int) (tree, bool) {
		return tree{name: entry.Name(), folder: filepath.Join(folder, entry.Name())}, entry.IsDir()
	}), nil
}
