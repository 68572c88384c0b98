package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func (a *app) approveEnvironmentCommand() *cobra.Command {
	var (
		commit string
		detach bool
	)

	command := &cobra.Command{
		Use: "approve SLUG", Short: "Deploy the commit of a fork's pull request that waits for approval",
		Example: "  zeitwork environments approve pr-12\n  zeitwork environments approve pr-12 --commit 3f2a9c1",
		Long: "Deploy the commit that waits in the preview of a pull request from a fork. Anybody may have written it: look at it\n" +
			"first. It gets none of the project's variables, and the next push to the pull request waits again. Without a\n" +
			"terminal --commit names the commit that was looked at.\n\n" + ExitCodes,
		Args: cobra.ExactArgs(1), ValidArgsFunction: first(a.completeEnvironmentsWhere(isPreview)),
	}
	command.Flags().StringVar(&commit, "commit", "", "the `commit` that was looked at, or how it begins")
	command.Flags().BoolVarP(&detach, "detach", "d", false, "do not wait for the end")

	command.RunE = a.run(func(ctx context.Context, api *API, args []string) error {
		project, err := a.currentProject(ctx, api)
		if err != nil {
			return err
		}

		environment, err := environmentBySlug(ctx, api, project, args[0])
		if err != nil {
			return err
		}

		approved, err := a.commitToApprove(ctx, environment, commit)
		if err != nil {
			return err
		}

		started, err := checked(api.ApproveEnvironmentWithResponse(ctx, environment.ID,
			&client.ApproveEnvironmentParams{IdempotencyKey: new(id.New().String())}, client.ApproveEnvironmentInputBody{Commit: approved}))
		if err != nil {
			return err
		}

		return a.afterStart(ctx, api, started.JSON201, detach)
	})

	return command
}

// shortestCommit is how much of a commit's hash names it.
const shortestCommit = 7

// commitToApprove returns the commit that waits in an environment, once it is the one that somebody has named or has said yes to.
func (a *app) commitToApprove(ctx context.Context, environment *client.Environment, named string) (string, error) {
	pull := environment.PullRequest
	if pull == nil || pull.AwaitingCommit == nil {
		return "", UsageError(fmt.Errorf("nothing waits for an approval in %s", environment.Slug))
	}

	awaiting := *pull.AwaitingCommit

	if named != "" {
		if len(named) < shortestCommit || !strings.HasPrefix(awaiting, strings.ToLower(named)) {
			return "", UsageError(fmt.Errorf("commit %s waits, and not %s: look at that one", awaiting, named))
		}

		return awaiting, nil
	}

	a.sayf("Pull request %d by %s: %q", pull.Number, pull.Author, pull.Title)
	a.sayf("Commit %s", awaiting)

	yes, err := a.confirm(ctx, "Did you look at this commit, and shall it be built and run?")
	if err == nil && !yes {
		err = UsageError(errors.New("nothing was approved: `--commit` names the commit that was looked at"))
	}

	return awaiting, err
}
