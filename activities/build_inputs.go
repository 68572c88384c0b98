package activities

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
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
	// generated is the directory of a Dockerfile that is not taken from the source; empty where that is.
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

	inputs := &buildInputs{
		context: files, dockerfile: files, filename: name, secrets: request.Secrets, usesSecrets: mountsSecrets(string(content)),
		arguments: lo.PickByKeys(request.Secrets, request.Plan.Arguments),
	}

	// Shells and files get the lines of a heredoc as they stand there, with a carriage return at the end of each.
	if bytes.Contains(content, []byte("\r\n")) {
		err = inputs.replaceDockerfile(root.FS(), bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")))
	}

	return inputs, err
}

// replaceDockerfile has BuildKit read another text as the Dockerfile, and beside it the .dockerignore that belongs to the Dockerfile alone.
func (i *buildInputs) replaceDockerfile(root fs.FS, text []byte) error {
	texts := map[string]string{i.filename: string(text)}

	ignore, err := source.Read(root, i.filename+dockerignoreSuffix)
	if err == nil {
		texts[i.filename+dockerignoreSuffix] = string(ignore)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", i.filename+dockerignoreSuffix, err)
	}

	if i.generated, err = os.MkdirTemp("", "zeitwork-dockerfile-"); err != nil {
		return fmt.Errorf("make a directory for the Dockerfile: %w", err)
	}

	if err := i.write(texts); err != nil {
		i.remove()

		return err
	}

	return nil
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
		secrets:   lo.PickByKeys(request.Secrets, request.Plan.Secrets),
	}

	if err := inputs.write(generatedTexts(request.Plan)); err != nil {
		inputs.remove()

		return nil, err
	}

	return inputs, nil
}

// generatedTexts are the files of a generated Dockerfile.
func generatedTexts(plan buildplan.Plan) map[string]string {
	texts := map[string]string{generatedDockerfile: plan.Dockerfile}
	if plan.Dockerignore != "" {
		texts[generatedDockerfile+dockerignoreSuffix] = plan.Dockerignore
	}

	return texts
}

// write puts texts, by their paths, into the directory of the Dockerfile, and has BuildKit read that.
func (i *buildInputs) write(texts map[string]string) error {
	for name, text := range texts {
		path := filepath.Join(i.generated, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), directoryMode); err != nil {
			return fmt.Errorf("make a directory for the %s: %w", name, err)
		}

		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the %s: %w", name, err)
		}
	}

	var err error
	if i.dockerfile, err = fsutil.NewFS(i.generated); err != nil {
		return fmt.Errorf("read the Dockerfile: %w", err)
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
