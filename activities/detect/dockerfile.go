package detect

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const defaultDockerfile = "Dockerfile"

func dockerfileName(settings Settings) string {
	if settings.DockerfilePath == "" {
		return defaultDockerfile
	}

	return settings.DockerfilePath
}

// detectDockerfile takes a source that brings a Dockerfile.
func detectDockerfile(app source, settings Settings) (Plan, bool, error) {
	name, content, err := ReadDockerfile(app, dockerfileName(settings))
	if err != nil || name == "" {
		return Plan{}, false, err
	}

	parsed, err := parseDockerfile(name, content)
	if err != nil {
		return Plan{}, false, err
	}

	port, reason := choosePortOf(settings.Port, parsed.exposed)

	return Plan{
		Framework:      FrameworkDockerfile,
		Reason:         fmt.Sprintf("There is a %s. %s", name, reason),
		Versions:       map[string]string{},
		Port:           port,
		DockerfilePath: name,
	}, true, nil
}

// choosePortOf returns the port and, in a sentence, why it is that.
func choosePortOf(wanted int, exposed []int) (int, string) {
	switch {
	case wanted != 0:
		return choosePort(wanted)
	case len(exposed) == 1:
		return exposed[0], fmt.Sprintf("It exposes port %d.", exposed[0])
	case len(exposed) > 1:
		return DefaultPort, fmt.Sprintf("It exposes several ports, so the app is told by PORT to listen on %d.", DefaultPort)
	default:
		return DefaultPort, fmt.Sprintf("It exposes no port, so the app is told by PORT to listen on %d.", DefaultPort)
	}
}

// ReadDockerfile returns the path and the text of a Dockerfile of the root directory, and an empty path where there is no such file.
// Its errors are the user's.
func ReadDockerfile(root fs.FS, name string) (string, []byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", nil, problem.New(problem.Invalid,
			"The Dockerfile's path %q leads out of the root directory. Give a path inside of it.", name)
	}

	name = path.Clean(name)

	content, err := readBounded(root, name)
	if errors.Is(err, fs.ErrNotExist) && path.Base(name) == defaultDockerfile {
		// BuildKit takes the file by this name, too.
		name = path.Join(path.Dir(name), strings.ToLower(defaultDockerfile))
		content, err = readBounded(root, name)
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
