package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// identity says which release it is.
type identity struct {
	// version is a semantic version with a v: a tag, or the version that Go gives a commit without one.
	version string
	commit  string
	// time is when the commit was made. Every file of the release has it.
	time time.Time
}

// identify reads from git which release the checkout makes. A tag needs its chapter in CHANGELOG.md.
func identify(ctx context.Context, source string) (identity, error) {
	line, err := git(ctx, source, "log", "-1", "--format=%H %ct")
	if err != nil {
		return identity{}, err
	}

	commit, seconds, _ := strings.Cut(line, " ")

	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return identity{}, fmt.Errorf("read when the commit was made: %w", err)
	}

	changed, err := git(ctx, source, "status", "--porcelain")
	if err != nil {
		return identity{}, err
	}

	// git fails where there is no tag before the commit.
	last, _ := git(ctx, source, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
	exact, _ := git(ctx, source, "describe", "--tags", "--exact-match", "--match", "v[0-9]*")

	found := identity{commit: commit, time: time.Unix(unix, 0).UTC()}

	found.version, err = versionOf(exact, last, commit, found.time, changed != "")
	if err != nil {
		return identity{}, err
	}

	if found.version != exact {
		sayf("%s is no release that has been tagged: `git tag v1.2.3` before, for one", found.version)

		return found, nil
	}

	changes, err := os.ReadFile(filepath.Join(source, "CHANGELOG.md"))
	if err != nil {
		return identity{}, fmt.Errorf("read what has changed: %w", err)
	}

	return found, changelogNames(string(changes), found.version)
}

// versionOf returns the version: the tag of the commit or, where there is none, one that comes after the last tag.
func versionOf(exact, last, commit string, when time.Time, dirty bool) (string, error) {
	const revision = 12

	if exact != "" && (semver.Canonical(exact) != exact) {
		return "", fmt.Errorf("the tag %s is no semantic version, such as v1.2.3 or v1.2.3-rc.1", exact)
	}

	version := exact
	if version == "" {
		if !semver.IsValid(last) {
			last = ""
		}

		major := semver.Major(last)
		if major == "" {
			major = "v0"
		}

		version = module.PseudoVersion(major, last, when, commit[:min(len(commit), revision)])
	}

	if dirty {
		version += "+dirty"
	}

	return version, nil
}

// changelogNames fails where the version has no chapter: users read there whether they have to do anything.
func changelogNames(changes, version string) error {
	for line := range strings.Lines(changes) {
		name, isChapter := strings.CutPrefix(strings.TrimSpace(line), "## ")
		if first, _, _ := strings.Cut(name, " "); isChapter && first == version {
			return nil
		}
	}

	return errors.New("CHANGELOG.md has no chapter ## " + version + ": say there what has changed, before you tag it")
}

func git(ctx context.Context, folder string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", arguments...)
	command.Dir = folder

	output, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("git %s: %w: %s", arguments[0], err, strings.TrimSpace(string(exit.Stderr)))
	}

	if err != nil {
		return "", fmt.Errorf("git %s: %w", arguments[0], err)
	}

	return strings.TrimSpace(string(output)), nil
}
