package activities

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/internal/gitref"
	"github.com/zeitwork/zeitwork/internal/gitssh"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// commitHash is a full SHA-1 or SHA-256, as git writes it.
var commitHash = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// checkRepositoryURL refuses what git must not be given, with a sentence that names what is allowed.
func checkRepositoryURL(repository string, protocols []string) error {
	parsed, err := url.Parse(repository)
	if err != nil || parsed.Scheme == "" || !strings.Contains(repository, "://") || strings.ContainsAny(repository, "\x00\n\r") {
		return problem.New(problem.Invalid, "%q is not a URL. Give the repository's address as in https://github.com/owner/name.", repository)
	}

	if !slices.Contains(protocols, parsed.Scheme) {
		return problem.New(problem.Invalid, "Repositories cannot be reached by %s here. Use %s.", parsed.Scheme, strings.Join(protocols, " or "))
	}

	if parsed.Scheme == "ssh" {
		if _, err := gitssh.Parse(repository); err != nil {
			return problem.New(problem.Invalid, "%q is not the URL of a repository: %s.", repository, err)
		}

		return nil
	}

	if parsed.User != nil {
		return problem.New(problem.Invalid, "The repository's URL holds a user name or password. Leave it out: it would be stored in plain text.")
	}

	return nil
}

func checkBranch(branch string) error {
	if !gitref.ValidBranch(branch) {
		return problem.New(problem.Invalid, "%q is not the name of a branch. Correct it in the project's settings.", branch)
	}

	return nil
}

func checkCommit(commit string) error {
	if !commitHash.MatchString(commit) {
		return problem.New(problem.Invalid, "%q is not a full commit hash. Give all of its 40 or 64 characters.", commit)
	}

	return nil
}
