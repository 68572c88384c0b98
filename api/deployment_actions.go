package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/workflows"
)

// actionsOn says what the caller may do with a deployment, and what that would do.
func (s *service) actionsOn(ctx context.Context, row database.GetDeploymentOfRow) ([]DeploymentAction, error) {
	kept, err := s.queries.ImageIsKeptOf(ctx, row.Deployment.ID, organisationOf(ctx))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}

	may := admissionOf(ctx).role.require(roleDeveloper)
	action := func(name string, possible error, effect string) DeploymentAction {
		refused := cmp.Or(possible, may)
		if refused == nil {
			return DeploymentAction{Action: name, Allowed: true, Effect: effect}
		}

		return DeploymentAction{Action: name, Reason: problem.MessageOf(refused), Effect: effect}
	}

	return []DeploymentAction{
		action("cancel", workflows.MayCancel(row.Deployment), cancelEffect(row)),
		action("redeploy", workflows.MayRedeploy(row.Environment), redeployEffect(row)),
		action("rollback", workflows.MayRollBack(row.Environment, row.Deployment, kept), rollbackEffect(row)),
		action("promote", workflows.MayPromote(row.Environment, row.Deployment, kept), promoteEffect(row)),
		action("restart", workflows.MayRestart(row.Deployment), restartEffect(row)),
	}, nil
}

func cancelEffect(row database.GetDeploymentOfRow) string {
	return fmt.Sprintf("Ends this deployment: its build stops, and what was started for it is removed. What is live in %s stays live.", row.Environment.Slug)
}

func redeployEffect(row database.GetDeploymentOfRow) string {
	effect := fmt.Sprintf("Builds %s again, with the settings and variables of today. It takes the place of what is live in %s once it is healthy. "+
		"What is on its way there is superseded.", commitOf(row.Deployment), row.Environment.Slug)

	if row.Environment.PinnedByID != nil {
		effect += fmt.Sprintf(" The pin of %s ends.", row.Environment.Slug)
	}

	return effect
}

func rollbackEffect(row database.GetDeploymentOfRow) string {
	effect := fmt.Sprintf("Takes %s back to this deployment, with the image and the variables that it had; nothing is built. "+
		"%s is pinned from then on: pushes are built, and wait until you unpin it.", row.Environment.Slug, row.Environment.Slug)

	if warm := row.Deployment.WarmUntil; warm != nil && warm.After(time.Now()) && row.Deployment.State == "retired" {
		effect += " Its instances still run and take over at once."
	}

	return effect
}

func promoteEffect(row database.GetDeploymentOfRow) string {
	return fmt.Sprintf("Takes the image of %s to production, with production's variables; nothing is built. %sIt is refused where the build saw other values of "+
		"variables than production has. A pin of production ends.",
		commitOf(row.Deployment), lo.Ternary(row.Project.ReleaseCommand == nil, "", "The release command is run. "))
}

func restartEffect(row database.GetDeploymentOfRow) string {
	return fmt.Sprintf("Replaces each instance in %s by one that starts anew, with the same image and variables. The old one serves until the new one is "+
		"healthy, so that no request is lost.", row.Environment.Slug)
}

// commitOf is how a sentence calls the commit of a deployment.
func commitOf(deployment database.Deployment) string {
	if deployment.CommitSHA == nil {
		return "the newest commit of " + deployment.Branch
	}

	return fmt.Sprintf("commit %.7s", *deployment.CommitSHA)
}
