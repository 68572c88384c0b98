package dockerfile

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// Read returns the path and the text of a Dockerfile in the root directory. The path is empty where there is no such file. The errors are the user's.
func Read(root fs.FS, name string) (string, []byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", nil, problem.New(problem.Invalid,
			"The Dockerfile's path %q leads out of the root directory. Give a path inside of it.", name)
	}

	name = path.Clean(name)

	content, err := source.ReadUTF8(root, name)
	if errors.Is(err, fs.ErrNotExist) && path.Base(name) == defaultName {
		// BuildKit falls back to this name, too.
		name = path.Join(path.Dir(name), strings.ToLower(defaultName))
		content, err = source.ReadUTF8(root, name)
	}

	switch {
	case err == nil:
		return name, content, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, nil
	case problem.IsUsers(err):
		return "", nil, err
	default:
		return "", nil, problem.Wrap(err, problem.Invalid, "%s is not a file inside the root directory. Replace it by a regular file.", name)
	}
}
