package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Tree is a source that is open for reading: the files of the app's root directory, and the repository around them.
type Tree struct {
	// FS has the files of the root directory. Names have slashes. Links are followed as long as they stay inside.
	fs.FS

	// Repository has all files of the source.
	Repository fs.FS
	// Directory is where the root directory stands in Repository, with slashes; "." for the top.
	Directory string

	roots []*os.Root
}

// Open opens the source in a directory. Its errors are the user's, unless the directory itself cannot be read. The caller closes the tree.
func Open(directory, rootDirectory string) (Tree, error) {
	root, err := OpenRootDirectory(directory, rootDirectory)
	if err != nil {
		return Tree{}, err
	}

	top, err := os.OpenRoot(directory)
	if err != nil {
		return Tree{}, errors.Join(fmt.Errorf("open the source: %w", err), root.Close())
	}

	return Tree{
		FS: root.FS(), Repository: top.FS(), Directory: filepath.ToSlash(filepath.Clean(rootDirectory)), roots: []*os.Root{root, top},
	}, nil
}

// Close ends the reading. Files that are open stay open.
func (t Tree) Close() {
	for _, root := range t.roots {
		_ = root.Close() // It was opened for reading alone.
	}
}

// Stat looks at a file without opening it, as opening a pipe waits for somebody who writes to it.
func (t Tree) Stat(name string) (fs.FileInfo, error) { return fs.Stat(t.FS, name) }
