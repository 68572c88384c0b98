package workflows

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/visible"
)

// told is what GitHub is told of a deployment: as the state of its own deployment, as the status of the commit, and in a sentence.
type told struct {
	deployment, status github.State
	sentence           string
}

// wordsFor returns what is said of a deployment in the state that it has. No status is said of one that is retired: the commit was deployed.
func wordsFor(deployment database.Deployment) told {
	switch deployment.State {
	case stateQueued:
		return told{github.Queued, github.Pending, "Waiting to be deployed."}
	case stateDeploying:
		return told{github.InProgress, github.Pending, "Being deployed."}
	case stateLive:
		return told{github.Success, github.Success, "Live."}
	case stateFailed:
		state := github.ErrorState
		if problem.IsUsers(problem.New(problem.Code(lo.FromPtr(deployment.ErrorCode)), "")) {
			state = github.Failure
		}

		return told{state, state, cmp.Or(oneLine(lo.FromPtr(deployment.ErrorMessage)), "It failed.")}
	case stateCancelled:
		return told{github.ErrorState, github.ErrorState, "Cancelled."}
	case stateSuperseded:
		return told{github.Inactive, github.ErrorState, "Superseded by a newer deployment."}
	default:
		return told{github.Inactive, "", "Replaced or removed."}
	}
}

// oneLine returns the first line of a text, without anything that is not to be seen.
func oneLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")

	return strings.Join(strings.FieldsFunc(visible.Text(line), unicode.IsSpace), " ")
}
