package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"

	"github.com/zeitwork/zeitwork/internal/hostpackages"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/process"
	"github.com/zeitwork/zeitwork/local/toolchain"
)

// config is the part of the platform's configuration that concerns tests.
type config struct {
	Toolchain toolchain.Config
	Postgres  postgresbin.Config
}

// environment is the set of the started parts, with the variables that tell the command of them.
type environment struct {
	config    config
	tools     toolchain.Builder
	home      process.Home
	variables []string
	// registry is the host and port of the registry, empty where it was not started.
	registry string
	// stops end the parts. They are called in reverse order.
	stops []func(context.Context) error
}

func newEnvironment() (*environment, error) {
	configuration, err := env.ParseAs[config]()
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}

	source, err := toolchain.SourceDir()
	if err != nil {
		return nil, err
	}

	// The path of the system's folder for temporary files may be too long for sockets.
	folder, err := os.MkdirTemp("/tmp", "zeitwork-test-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the daemons: %w", err)
	}

	// Postgres runs as another user, who must get to its folder.
	if err := os.Chmod(folder, 0o711); err != nil { //nolint:gosec // Passing through is all that others may do.
		return nil, fmt.Errorf("open the folder of the daemons: %w", err)
	}

	return &environment{
		config: configuration, home: process.Home(folder), variables: os.Environ(),
		tools: toolchain.Builder{
			CacheDir: configuration.Toolchain.CacheDir, SourceDir: source,
			Progress: func(part, detail string) { sayf("%s: %s", part, detail) },
		},
	}, nil
}

// start starts the parts in order and leaves those out that the machine cannot run. A part that can run and does not start is an error,
// so that its tests do not skip unnoticed.
func (e *environment) start(ctx context.Context, parts []part) error {
	for _, p := range parts {
		reason, err := e.obstacle(ctx, p)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", p.name, err)
		}

		if reason != "" {
			sayf("%s is left out: %s", p.name, reason)

			continue
		}

		if err := p.start(ctx, e); err != nil {
			return fmt.Errorf("start %s: %w", p.name, err)
		}
	}

	return nil
}

// obstacle installs what the part needs, and returns why the machine cannot run it, or nothing.
func (e *environment) obstacle(ctx context.Context, p part) (string, error) {
	if p.needsRoot && os.Geteuid() != 0 {
		return "it needs root", nil
	}

	packages := p.packages
	if p.name == postgresPart {
		if _, err := postgresbin.Find(e.config.Postgres.Folder); err == nil {
			packages = nil
		}
	}

	if os.Geteuid() == 0 {
		return "", hostpackages.Ensure(ctx, func(detail string) { sayf("%s: %s", p.name, detail) }, packages...)
	}

	missing, err := hostpackages.Missing(ctx, packages...)

	switch {
	case err != nil:
		return err.Error(), nil //nolint:nilerr // A machine without dpkg cannot run the part: that is the answer.
	case len(missing) > 0:
		return "these Debian packages are missing: " + strings.Join(missing, ", "), nil
	default:
		return "", nil
	}
}

func (e *environment) export(name, value string) { e.variables = append(e.variables, name+"="+value) }

// addTools builds a module's tools and puts them first on PATH.
func (e *environment) addTools(ctx context.Context, module toolchain.Module) error {
	folder, err := e.tools.Build(ctx, module)
	if err != nil {
		return err
	}

	for i, variable := range slices.Backward(e.variables) {
		if before, isPath := strings.CutPrefix(variable, "PATH="); isPath {
			e.variables[i] = "PATH=" + folder + ":" + before

			return nil
		}
	}

	e.export("PATH", folder)

	return nil
}

// stop ends the parts in reverse order and removes their folder.
func (e *environment) stop(ctx context.Context) error {
	var all error

	for _, stop := range slices.Backward(e.stops) {
		all = errors.Join(all, stop(ctx))
	}

	return errors.Join(all, removeFolder(string(e.home)))
}
