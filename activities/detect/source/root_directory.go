package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// OpenRootDirectory opens the root directory of the source in a directory. Nothing that is read through it stands outside of it. Its errors are
// the user's, unless the source itself cannot be read.
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
