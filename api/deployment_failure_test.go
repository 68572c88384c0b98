package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/database"
)

func TestDeploymentError_IsTakenApart(t *testing.T) {
	t.Parallel()

	for message, expected := range map[string]DeploymentError{
		"Dockerfile, line 12: there is no app.js in the root directory. Correct the path.": {
			Summary: "There is no app.js in the root directory.", Hint: "Correct the path.", File: "Dockerfile", Line: 12,
		},
		"The app crashes again and again. It exited with code 1. Its last lines:\ncannot reach the database\n\nbye": {
			Summary: "The app crashes again and again. It exited with code 1.", Output: []string{"cannot reach the database", "bye"},
		},
		"package.json asks for Node 9, which is not to be had here. Change it to the newest of a line, such as 22.x, or add a Dockerfile: there are 20 and 22.": {
			Summary: "package.json asks for Node 9, which is not to be had here.",
			Hint:    "Change it to the newest of a line, such as 22.x, or add a Dockerfile: there are 20 and 22.", File: "package.json",
		},
		"The Gemfile asks for the gem pg, but Gemfile.lock does not have it. Run bundle install and commit Gemfile.lock.": {
			Summary: "The Gemfile asks for the gem pg, but Gemfile.lock does not have it.", Hint: "Run bundle install and commit Gemfile.lock.", File: "Gemfile",
		},
		"`node build.js` ended with exit code 1. The build log shows why.": {
			Summary: "`node build.js` ended with exit code 1. The build log shows why.",
		},
		"Next.js needs a newer Node. Set it in apps/web/package.json.": {
			Summary: "Next.js needs a newer Node.", Hint: "Set it in apps/web/package.json.", File: "apps/web/package.json",
		},
		"Add a Dockerfile.": {Summary: "Add a Dockerfile.", File: "Dockerfile"},
		"":                  {},
	} {
		sentences, _, _ := strings.Cut(message, " Its last lines:\n")
		expected.Code, expected.Step, expected.Message = "invalid", "build", sentences
		if expected.Output == nil {
			expected.Output = []string{}
		}

		require.Equal(t, &expected, newDeploymentError(database.Deployment{Step: "build", ErrorCode: new("invalid"), ErrorMessage: &message}))
	}

	require.Nil(t, newDeploymentError(database.Deployment{}))

	ours := newDeploymentError(database.Deployment{ErrorCode: new("internal"), ErrorMessage: new("We lost package.json. Redeploy to try again.")})
	require.Empty(t, ours.File, "nothing in the repository is wrong")
	require.Equal(t, "Redeploy to try again.", ours.Hint)
}

func TestDeploymentError_HasLinesWithinBounds(t *testing.T) {
	t.Parallel()

	message := "It fails. Its last lines:\n" + strings.Repeat("é"+strings.Repeat("x", 5000)+"\n", 30)
	failure := newDeploymentError(database.Deployment{ErrorMessage: &message})

	require.Len(t, failure.Output, failureLines)
	require.LessOrEqual(t, len(failure.Output[0]), failureLineBytes)
}

func TestDeploymentError_HasLinesAsTheyAreShown(t *testing.T) {
	t.Parallel()

	message := "It fails. Its last lines:\n\x1b]0;title\a\x1b[31mred\x1b[0m\x1b[2J\a\n\x1b[0m\n" + strings.Repeat("x", failureLineBytes-2) + "\x1b[31mred"
	failure := newDeploymentError(database.Deployment{ErrorMessage: &message})

	require.Equal(t, []string{"\x1b[31mred\x1b[0m␇", strings.Repeat("x", failureLineBytes-2)}, failure.Output)
}

func TestDeployment_WhoseAppFailed_HasItsLinesBesideTheSentencesAlone(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.exec(t, `UPDATE deployments SET state = 'failed', step = 'health_check', error_code = 'invalid', error_message = $2, ended_at = now() WHERE id = $1`,
		deployment.ID, "The app crashes again and again. Its last lines:\n\x1b[2Jno database configured\nbye")

	listed, err := b.owner.ListDeploymentsWithResponse(t.Context(), deployment.ProjectID, &client.ListDeploymentsParams{})
	require.NoError(t, err)

	for _, failure := range []*client.DeploymentError{b.shown(t, b.tokens.User, deployment.ID).Error, listed.JSON200.Items[0].Error} {
		require.Equal(t, "The app crashes again and again.", failure.Message)
		require.Equal(t, []string{"no database configured", "bye"}, *failure.Output)
	}
}

func TestDeployment_ThatFailedToBuild_HasTheLastLinesOfItsLog(t *testing.T) {
	t.Parallel()

	b := setup(t)
	deployment := b.deployment(t, b.project(t).ID)
	b.buildLines(t, deployment.ID, "one", "\x1b[2Jtwo")
	b.exec(t, `UPDATE deployments SET state = 'failed', step = 'build', error_code = 'invalid', error_message = $2, ended_at = now() WHERE id = $1`,
		deployment.ID, "`npm run build` ended with exit code 1. The build log shows why.")

	failure := b.shown(t, b.tokens.User, deployment.ID).Error
	require.Equal(t, "build", failure.Step)
	require.Equal(t, []string{"one", "two"}, *failure.Output)

	listed, err := b.owner.ListDeploymentsWithResponse(t.Context(), deployment.ProjectID, &client.ListDeploymentsParams{})
	require.NoError(t, err)
	require.Nil(t, listed.JSON200.Items[0].Error.Output, "lists read no logs")
}
