package dockerfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const defaultName = "Dockerfile"

func Name(settings buildplan.Settings) string {
	if settings.DockerfilePath == "" {
		return defaultName
	}

	return settings.DockerfilePath
}

// Detect takes a source that brings a Dockerfile.
func Detect(tree source.Tree, settings buildplan.Settings) (buildplan.Plan, bool, error) {
	name, content, err := Read(tree, Name(settings))
	if err != nil || name == "" {
		return buildplan.Plan{}, false, err
	}

	parsed, err := Parse(name, content)
	if err != nil {
		return buildplan.Plan{}, false, err
	}

	port, reason := choosePort(settings.Port, parsed.ExposedPorts)

	return buildplan.Plan{
		Framework:      buildplan.FrameworkDockerfile,
		Reason:         fmt.Sprintf("There is a %s. %s", name, reason),
		Versions:       map[string]string{},
		Port:           port,
		DockerfilePath: name,
	}, true, nil
}

// choosePort returns the port and, in a sentence, why it is that.
func choosePort(wanted int, exposed []int) (int, string) {
	switch {
	case wanted != 0:
		return buildplan.ChoosePort(wanted)
	case len(exposed) == 1:
		return exposed[0], fmt.Sprintf("It exposes port %d.", exposed[0])
	case len(exposed) > 1:
		return buildplan.DefaultPort, fmt.Sprintf("It exposes several ports, so the app is told by PORT to listen on %d.", buildplan.DefaultPort)
	default:
		return buildplan.DefaultPort, fmt.Sprintf("It exposes no port, so the app is told by PORT to listen on %d.", buildplan.DefaultPort)
	}
}

// Read returns the path and the text of a Dockerfile of the root directory, and an empty path where there is no such file.
// Its errors are the user's.
func Read(root fs.FS, name string) (string, []byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", nil, problem.New(problem.Invalid,
			"The Dockerfile's path %q leads out of the root directory. Give a path inside of it.", name)
	}

	name = path.Clean(name)

	content, err := source.Read(root, name)
	if errors.Is(err, fs.ErrNotExist) && path.Base(name) == defaultName {
		// BuildKit takes the file by this name, too.
		name = path.Join(path.Dir(name), strings.ToLower(defaultName))
		content, err = source.Read(root, name)
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
