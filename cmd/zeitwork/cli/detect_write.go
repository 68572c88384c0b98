package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// writeDockerfile writes a generated Dockerfile, and its .dockerignore, where `docker build` and the platform find them. It returns the files that
// it wrote, and never replaces one.
func writeDockerfile(dir string, settings buildplan.Settings, plan buildplan.Plan) ([]string, error) {
	if plan.Dockerfile == "" {
		return nil, &exitError{code: ExitApp, err: errors.New("the source has a Dockerfile already: there is nothing to write")}
	}

	file := filepath.Join(dir, filepath.FromSlash(dockerfileDirectory(settings, plan)), dockerfileName(settings, plan))
	written := []string{}

	for _, text := range []struct{ file, content string }{{file, plan.Dockerfile}, {file + ".dockerignore", plan.Dockerignore}} {
		if text.content == "" {
			continue
		}

		if err := writeNew(text.file, text.content); err != nil {
			return written, err
		}

		written = append(written, text.file)
	}

	return written, nil
}

func writeNew(name, content string) error {
	const forEverybody = 0o644

	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, forEverybody)
	if errors.Is(err, fs.ErrExist) {
		return &exitError{code: ExitApp, err: fmt.Errorf("%s is there already. Remove it, or leave out --write", name)}
	}

	if err != nil {
		return fmt.Errorf("write the Dockerfile: %w", err)
	}

	_, err = file.WriteString(content)

	return errors.Join(err, file.Close())
}

// dockerfileDirectory returns the directory that the Dockerfile is built in: the root directory, or the workspace above it.
func dockerfileDirectory(settings buildplan.Settings, plan buildplan.Plan) string {
	return path.Clean(cmp.Or(plan.Context, settings.RootDirectory, "."))
}

// dockerfileName returns the name of the Dockerfile, which in a workspace begins with that of the app.
func dockerfileName(settings buildplan.Settings, plan buildplan.Plan) string {
	if root := path.Clean(settings.RootDirectory); root != dockerfileDirectory(settings, plan) {
		return path.Base(root) + ".Dockerfile"
	}

	return "Dockerfile"
}

// commitAdvice returns what the user has to do with the file.
func commitAdvice(settings buildplan.Settings, plan buildplan.Plan) string {
	directory, name := dockerfileDirectory(settings, plan), dockerfileName(settings, plan)
	if directory == path.Clean(settings.RootDirectory) {
		return "Commit it, and it is what is built."
	}

	return fmt.Sprintf("Commit it, and set the project's root directory to %q and its Dockerfile to %s.", directory, name)
}
