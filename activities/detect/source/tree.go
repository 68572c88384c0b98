package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// Tree is what detection looks at: the files of the app's root directory, and the repository around them.
type Tree struct {
	// FS are the files of the root directory. Names have slashes; links are followed as long as they stay inside.
	fs.FS

	// Repository are all files; directory is where the root directory stands among them, "." for the top.
	Repository fs.FS
	Directory  string

	Close func()
}

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
		FS: root.FS(), Repository: top.FS(), Directory: filepath.ToSlash(filepath.Clean(rootDirectory)),
		Close: func() { _, _ = root.Close(), top.Close() },
	}, nil
}

// Stat looks at a file without opening it: a pipe would be waited for.
func (s Tree) Stat(name string) (fs.FileInfo, error) { return fs.Stat(s.FS, name) }

// OpenRootDirectory opens a directory of the source for reading that cannot lead out of it. Its errors are the user's, unless the source
// itself cannot be read.
func OpenRootDirectory(directory, rootDirectory string) (*os.Root, error) {
	top, err := os.OpenRoot(directory)
	if err != nil {
		return nil, fmt.Errorf("open the source: %w", err)
	}
	defer func() { _ = top.Close() }()

	if rootDirectory == "" {
		rootDirectory = "."
	}

	if !filepath.IsLocal(filepath.FromSlash(rootDirectory)) {
		return nil, problem.New(problem.Invalid,
			"The root directory %q leads out of the repository. Give a path inside of it, such as apps/web.", rootDirectory)
	}

	root, err := top.OpenRoot(filepath.FromSlash(rootDirectory))

	switch {
	case err == nil:
		return root, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem.Wrap(err, problem.Invalid,
			"The repository has no directory %q. Correct the root directory in the project's settings.", rootDirectory)
	default:
		// Also a symbolic link that leads out, for which os.Root has no error of its own.
		return nil, problem.Wrap(err, problem.Invalid,
			"The root directory %q is not a directory inside the repository. Correct it in the project's settings.", rootDirectory)
	}
}
