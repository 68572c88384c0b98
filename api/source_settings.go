package api

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/internal/gitref"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// checkSource refuses settings of a source that could make git or the builder reach anything but the repository.
func (c Config) checkSource(repository, branch, rootDirectory, dockerfile string) error {
	if err := c.checkRepository(repository); err != nil {
		return err
	}

	if err := checkBranch(branch); err != nil {
		return err
	}

	if err := checkPath("root directory", rootDirectory); err != nil {
		return err
	}

	return checkPath("Dockerfile path", dockerfile)
}

func (c Config) checkRepository(repository string) error {
	if strings.HasPrefix(repository, "-") || strings.ContainsFunc(repository, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return problem.New(problem.Invalid, "The repository URL may neither begin with a hyphen nor hold spaces or control characters.")
	}

	allowed := strings.Join(c.GitProtocols, ", ")

	u, err := url.Parse(repository)
	if err != nil || u.Scheme == "" {
		return problem.New(problem.Invalid,
			"The repository URL must be a full one, such as https://git.example.com/me/app.git. Protocols that are allowed: %s.", allowed)
	}

	if !slices.Contains(c.GitProtocols, u.Scheme) {
		return problem.New(problem.Invalid, "Repositories cannot be fetched by %s here. Protocols that are allowed: %s.", u.Scheme, allowed)
	}

	if u.Scheme == "ssh" {
		if _, err := gitssh.Parse(repository); err != nil {
			return problem.New(problem.Invalid, "%q is not the URL of a repository: %s.", repository, err)
		}

		return nil
	}

	if u.User != nil {
		return problem.New(problem.Invalid, "The repository URL must not hold a user or a password: it would be shown to every member.")
	}

	if u.Host == "" && u.Scheme != "file" {
		return problem.New(problem.Invalid, "The repository URL names no host.")
	}

	return nil
}

// checkBranch refuses what git does not take for the name of a branch, as the worker does.
func checkBranch(branch string) error {
	// Where a pull request of GitHub is found, which is not to be deployed by way of a branch.
	if strings.HasPrefix(branch, "refs/pull/") {
		return problem.New(problem.Invalid, "%q is a pull request and no branch. "+
			"Pull requests get previews: zeitwork projects set SLUG --previews pull_requests.", branch)
	}

	if !gitref.ValidBranch(branch) {
		return problem.New(problem.Invalid, "%q cannot be the name of a branch. Give it as git shows it, such as main.", branch)
	}

	return nil
}

// checkPath refuses paths that could lead out of the repository. Its symbolic links are checked once it has been fetched.
func checkPath(what, value string) error {
	switch {
	case strings.ContainsRune(value, 0):
		return problem.New(problem.Invalid, "The %s must not hold NUL.", what)
	case strings.Contains(value, `\`):
		return problem.New(problem.Invalid, "The %s must be written with slashes, not with backslashes.", what)
	case path.IsAbs(value):
		return problem.New(problem.Invalid, "The %s must be relative to the repository: leave the slash at its beginning out.", what)
	case slices.Contains(strings.Split(value, "/"), ".."):
		return problem.New(problem.Invalid, `The %s must stay inside the repository: ".." is not allowed in it.`, what)
	}

	return nil
}
