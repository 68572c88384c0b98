package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/test/rig"
)

const (
	// generatorTime bounds what makes or locks one application's source.
	generatorTime = 5 * time.Minute
	// generatorNode is the Node that runs generators and package managers: several want a newer one than the machine has.
	generatorNode = "node@24"
	// generated is the folder that generators make below the one that they run in.
	generated = "app"
)

// generatedBy returns a write function that runs a generator from npm's registry, a package with its version, in an empty folder. The command makes
// the folder that generated names.
func generatedBy(pkg string, command ...string) func(context.Context, string) error {
	return func(ctx context.Context, dir string) error {
		parent := dir + ".generator"
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return fmt.Errorf("make a folder for the generator: %w", err)
		}

		if err := npx(ctx, parent, []string{pkg}, command...); err != nil {
			return err
		}

		if err := os.Rename(filepath.Join(parent, generated), dir); err != nil {
			return fmt.Errorf("take what the generator made: %w", err)
		}

		if err := os.RemoveAll(parent); err != nil {
			return fmt.Errorf("remove the generator's folder: %w", err)
		}

		// Some generators have no flag against what they do beside: what is deployed is what people commit, in a repository of the test's.
		return errors.Join(os.RemoveAll(filepath.Join(dir, "node_modules")), os.RemoveAll(filepath.Join(dir, ".git")))
	}
}

// withManifest changes the package.json of what write makes, as its owner would: each change is a key with its value, as npm pkg set takes it.
func withManifest(write func(context.Context, string) error, changes ...string) func(context.Context, string) error {
	return func(ctx context.Context, dir string) error {
		if err := write(ctx, dir); err != nil {
			return err
		}

		return npx(ctx, dir, nil, append([]string{"npm", "pkg", "set"}, changes...)...)
	}
}

// npx runs a command of packages from npm's registry in a folder, without a terminal.
func npx(ctx context.Context, dir string, packages []string, command ...string) error {
	ctx, cancel := context.WithTimeout(ctx, generatorTime)
	defer cancel()

	run, err := npxCommand(ctx, dir, packages, command...)
	if err != nil {
		return err
	}

	if _, err := rig.Run(run); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(packages, ", "), err)
	}

	return nil
}

// npxCommand is the command that npx runs.
func npxCommand(ctx context.Context, dir string, packages []string, command ...string) (*exec.Cmd, error) {
	node, err := nodeDirectory()
	if err != nil {
		return nil, fmt.Errorf("install %s: %w", generatorNode, err)
	}

	arguments := lo.FlatMap(packages, func(pkg string, _ int) []string { return []string{"--package", pkg} })

	run := exec.CommandContext(ctx, command[0], command[1:]...)
	if len(packages) > 0 {
		run = exec.CommandContext(ctx, "npx", slices.Concat([]string{"--yes"}, arguments, []string{"--"}, command)...)
	}

	run.Dir = dir
	run.Env = append(os.Environ(), "PATH="+node+":"+os.Getenv("PATH"), "CI=1", "NO_COLOR=1", "GIT_TERMINAL_PROMPT=0", "NEXT_TELEMETRY_DISABLED=1",
		"NG_CLI_ANALYTICS=false", "npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false")

	return run, nil
}

// nodeDirectory installs generatorNode, which takes longer than most generators, and returns the folder of its program.
var nodeDirectory = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), generatorTime)
	defer cancel()

	output, err := exec.CommandContext(ctx, "npx", "--yes", "--package", generatorNode, "--", "node", "-p",
		"require('node:path').dirname(process.execPath)").Output()

	return strings.TrimSpace(string(output)), err
})
