package activities

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/samber/lo"
	"github.com/tonistiigi/fsutil"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/dockerfile"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

const (
	generatedDockerfile = "Dockerfile"
	// dockerignoreSuffix makes a file that BuildKit prefers to .dockerignore.
	dockerignoreSuffix = ".dockerignore"
)

// buildInputs are the files and values that BuildKit may ask for.
type buildInputs struct {
	// context is the directory that the Dockerfile sees. Its .dockerignore is honoured by BuildKit.
	context fsutil.FS
	// dockerfile is the directory that holds the Dockerfile.
	dockerfile fsutil.FS
	// filename is the Dockerfile's path in that directory.
	filename string
	// arguments are what the Dockerfile gets by ARG.
	arguments map[string]string
	// secrets are what its RUN instructions may mount, by name.
	secrets map[string]string
	// usesSecrets tells whether an instruction of the Dockerfile mounts one.
	usesSecrets bool
	// generated is the directory of a generated Dockerfile; empty where the source has its own.
	generated string
}

func newBuildInputs(request BuildRequest) (*buildInputs, error) {
	if request.Plan.Dockerfile != "" {
		return generatedInputs(request)
	}

	root, err := source.OpenRootDirectory(request.Tree.Dir, request.RootDirectory)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()

	files, err := newContext(root)
	if err != nil {
		return nil, err
	}

	name, content, err := dockerfile.Read(root.FS(), request.Plan.DockerfilePath)
	if err != nil {
		return nil, err
	}

	return &buildInputs{
		context: files, dockerfile: files, filename: name, secrets: request.Secrets, usesSecrets: mountsSecrets(string(content)),
	}, nil
}

func newContext(root *os.Root) (fsutil.FS, error) {
	// Links on the way were checked to stay inside; BuildKit follows none out of what it is given.
	directory, err := filepath.EvalSymlinks(root.Name())
	if err != nil {
		return nil, fmt.Errorf("resolve the build's directory: %w", err)
	}

	files, err := fsutil.NewFS(directory)
	if err != nil {
		return nil, fmt.Errorf("read the source: %w", err)
	}

	return files, nil
}

// generatedInputs gives a generated Dockerfile what its plan names, and nothing else of the environment.
func generatedInputs(request BuildRequest) (*buildInputs, error) {
	root, err := source.OpenRootDirectory(request.Tree.Dir, cmp.Or(request.Plan.Context, request.RootDirectory))
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()

	files, err := newContext(root)
	if err != nil {
		return nil, err
	}

	directory, err := os.MkdirTemp("", "zeitwork-dockerfile-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for the Dockerfile: %w", err)
	}

	inputs := &buildInputs{
		context: files, filename: generatedDockerfile, generated: directory, usesSecrets: len(request.Plan.Secrets) > 0,
		arguments: lo.PickByKeys(request.Secrets, request.Plan.Arguments),
		secrets:   lo.PickByKeys(lo.Assign(request.Secrets, request.Facts), request.Plan.Secrets),
	}

	if err := inputs.write(request.Plan); err != nil {
		inputs.remove()

		return nil, err
	}

	return inputs, nil
}

func (i *buildInputs) write(plan buildplan.Plan) error {
	texts := map[string]string{generatedDockerfile: plan.Dockerfile}
	if plan.Dockerignore != "" {
		texts[generatedDockerfile+dockerignoreSuffix] = plan.Dockerignore
	}

	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(i.generated, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the %s: %w", name, err)
		}
	}

	var err error
	if i.dockerfile, err = fsutil.NewFS(i.generated); err != nil {
		return errors.Join(errors.New("read the Dockerfile"), err)
	}

	return nil
}

func (i *buildInputs) remove() {
	if i.generated != "" {
		_ = os.RemoveAll(i.generated)
	}
}

// mountsSecrets may say yes where the words stand in a comment, which costs a cache hit and no more.
func mountsSecrets(dockerfile string) bool { return strings.Contains(dockerfile, "type=secret") }
