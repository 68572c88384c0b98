package activities

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	defaultDockerfile = "Dockerfile"
	// maxDockerfileBytes is far above what people write and below what would be a burden.
	maxDockerfileBytes = 1 << 20
)

func dockerfileName(settings DetectSettings) string {
	if settings.DockerfilePath == "" {
		return defaultDockerfile
	}

	return settings.DockerfilePath
}

// detectDockerfile takes a source that brings a Dockerfile.
func detectDockerfile(source *os.Root, settings DetectSettings) (BuildPlan, bool, error) {
	name, content, err := readDockerfile(source, dockerfileName(settings))
	if err != nil || name == "" {
		return BuildPlan{}, false, err
	}

	parsed, err := parseDockerfile(name, content)
	if err != nil {
		return BuildPlan{}, false, err
	}

	port, reason := choosePort(settings.Port, parsed.exposed)

	return BuildPlan{
		Framework:      FrameworkDockerfile,
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
		return wanted, fmt.Sprintf("The project's settings say that the app listens on port %d.", wanted)
	case len(exposed) == 1:
		return exposed[0], fmt.Sprintf("It exposes port %d.", exposed[0])
	case len(exposed) > 1:
		return DefaultPort, fmt.Sprintf("It exposes several ports, so the app is told by PORT to listen on %d.", DefaultPort)
	default:
		return DefaultPort, fmt.Sprintf("It exposes no port, so the app is told by PORT to listen on %d.", DefaultPort)
	}
}

// readDockerfile returns an empty name where there is no such file.
func readDockerfile(source *os.Root, name string) (string, []byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", nil, problem.New(problem.Invalid,
			"The Dockerfile's path %q leads out of the root directory. Give a path inside of it.", name)
	}

	name = path.Clean(name)

	content, err := readBounded(source, name)
	if errors.Is(err, fs.ErrNotExist) && path.Base(name) == defaultDockerfile {
		// BuildKit takes the file by this name, too.
		name = path.Join(path.Dir(name), strings.ToLower(defaultDockerfile))
		content, err = readBounded(source, name)
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

func readBounded(source *os.Root, name string) ([]byte, error) {
	// A link must not lead to a device or a pipe, which would be waited for.
	info, err := source.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}

	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}

	file, err := source.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()

	content, err := io.ReadAll(io.LimitReader(file, maxDockerfileBytes+1))
	if err != nil {
		return nil, err
	}

	if len(content) > maxDockerfileBytes {
		return nil, problem.New(problem.Invalid, "%s is larger than %s. Make it shorter.", name, bytesInWords(maxDockerfileBytes))
	}

	return content, nil
}
