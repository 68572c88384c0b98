package activities

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tonistiigi/fsutil"
)

// buildInputs are the files that BuildKit may ask for.
type buildInputs struct {
	// context is the app's root directory. Its .dockerignore is honoured by BuildKit.
	context fsutil.FS
	// dockerfile is the directory that holds the Dockerfile.
	dockerfile fsutil.FS
	// filename is the Dockerfile's path in that directory.
	filename string
	// usesSecrets tells whether an instruction of the Dockerfile mounts one.
	usesSecrets bool
	// generated is the directory of a generated Dockerfile; empty where the source has its own.
	generated string
}

func newBuildInputs(request BuildRequest) (*buildInputs, error) {
	root, err := openRootDirectory(request.Tree.Dir, request.RootDirectory)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()

	// Links on the way were checked to stay inside; BuildKit follows none out of what it is given.
	directory, err := filepath.EvalSymlinks(root.Name())
	if err != nil {
		return nil, fmt.Errorf("resolve the root directory: %w", err)
	}

	files, err := fsutil.NewFS(directory)
	if err != nil {
		return nil, fmt.Errorf("read the source: %w", err)
	}

	if request.Plan.Dockerfile != "" {
		return generatedInputs(files, request.Plan.Dockerfile)
	}

	name, content, err := readDockerfile(root, request.Plan.DockerfilePath)
	if err != nil {
		return nil, err
	}

	return &buildInputs{context: files, dockerfile: files, filename: name, usesSecrets: mountsSecrets(string(content))}, nil
}

func generatedInputs(files fsutil.FS, text string) (*buildInputs, error) {
	directory, err := os.MkdirTemp("", "zeitwork-dockerfile-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the Dockerfile: %w", err)
	}

	inputs := &buildInputs{context: files, filename: defaultDockerfile, usesSecrets: mountsSecrets(text), generated: directory}

	if err := os.WriteFile(filepath.Join(directory, defaultDockerfile), []byte(text), 0o600); err != nil {
		inputs.remove()

		return nil, fmt.Errorf("write the Dockerfile: %w", err)
	}

	inputs.dockerfile, err = fsutil.NewFS(directory)
	if err != nil {
		inputs.remove()

		return nil, errors.Join(errors.New("read the Dockerfile"), err)
	}

	return inputs, nil
}

func (i *buildInputs) remove() {
	if i.generated != "" {
		_ = os.RemoveAll(i.generated)
	}
}

// mountsSecrets may say yes where the words stand in a comment, which costs a cache hit and no more.
func mountsSecrets(dockerfile string) bool { return strings.Contains(dockerfile, "type=secret") }
