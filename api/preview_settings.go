package api

import (
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// What gets previews, as the API names it.
const (
	previewsOff          = "off"
	previewsPullRequests = "pull_requests"
)

// previewsOf is what of a project gets previews.
func previewsOf(row database.Project) string {
	if row.PullRequestPreviews {
		return previewsPullRequests
	}

	return row.Previews
}

// previewColumns are how a setting stands in a project's row.
func previewColumns(setting string) (previews string, pullRequests bool) {
	if setting == previewsPullRequests {
		return previewsOff, true
	}

	return setting, false
}

// checkPullRequests returns a problem for a project whose pull requests are to get previews and cannot be seen.
func checkPullRequests(wanted, isOnGitHub bool) error {
	if wanted && !isOnGitHub {
		return problem.New(problem.Invalid, "Pull requests get previews only in projects that were made from a repository on GitHub "+
			"which the platform's GitHub App reaches. Previews of branches work with every repository: choose branches.")
	}

	return nil
}
