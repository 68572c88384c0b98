package debiancomposer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/baseimages"
)

// apt asks a release that need not be the host's, with lists of its own in directory.
type apt struct{ directory string }

// download fetches the framework and the PHP packages that it needs, and returns their files.
func download(ctx context.Context, directory string) ([]string, error) {
	host := apt{directory}
	if err := host.prepare(ctx); err != nil {
		return nil, err
	}

	dependencies, err := host.run(ctx, "apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
		"--no-replaces", "--no-enhances", framework)
	if err != nil {
		return nil, err
	}

	// Lines that are not indented are packages; a virtual one stands in angle brackets.
	names := lo.Filter(strings.Split(dependencies, "\n"), func(line string, _ int) bool {
		_, known := composerName(line)

		return known
	})

	if !slices.Contains(names, framework) {
		return nil, fmt.Errorf("apt does not know %s", framework)
	}

	if _, err := host.run(ctx, "apt-get", append([]string{"download"}, lo.Uniq(names)...)...); err != nil {
		return nil, err
	}

	return filepath.Glob(filepath.Join(directory, "*.deb"))
}

func (a apt) prepare(ctx context.Context) error {
	for _, name := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(a.directory, name), 0o755); err != nil {
			return err
		}
	}

	sources := strings.Join(baseimages.DebianSources(ctx, suite), "\n") + "\n"
	if err := os.WriteFile(a.path("sources.list"), []byte(sources), 0o600); err != nil {
		return err
	}

	if err := os.WriteFile(a.path("status"), nil, 0o600); err != nil {
		return err
	}

	_, err := a.run(ctx, "apt-get", "update")

	return err
}

func (a apt) path(name string) string { return filepath.Join(a.directory, name) }

func (a apt) run(ctx context.Context, program string, arguments ...string) (string, error) {
	options := slices.Concat([]string{
		"-qq", "-o", "Dir::Etc::sourcelist=" + a.path("sources.list"), "-o", "Dir::Etc::sourceparts=-", "-o", "Dir::Cache=" + a.path("cache"),
		"-o", "Dir::State::lists=" + a.path("lists"), "-o", "Dir::State::status=" + a.path("status"), "-o", "APT::Sandbox::User=root",
		"-o", "APT::Architecture=amd64",
	}, arguments)

	var complaints bytes.Buffer

	command := exec.CommandContext(ctx, program, options...)
	command.Dir = a.directory
	command.Stderr = &complaints

	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(complaints.String()))
	}

	return string(output), nil
}
