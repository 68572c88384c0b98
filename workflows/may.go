package workflows

import (
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// These say what can be done with a deployment as its row is. Each returns nil, or the problem with which the operation of the name answers; a transaction
// that does it looks again behind its locks.

// MayCancel is for Cancel. One that is cancelled already may not be.
func MayCancel(deployment database.Deployment) error {
	switch deployment.State {
	case stateQueued, stateDeploying:
		return nil
	case stateLive:
		return problem.New(problem.Conflict, "This deployment is live already. Roll back to an older one instead.")
	default:
		return problem.New(problem.Conflict, "This deployment has ended already (%s).", deployment.State)
	}
}

// MayRedeploy is for Redeploy, and all else that deploys to an environment.
func MayRedeploy(environment database.Environment) error {
	if environment.DeletedAt == nil {
		return nil
	}

	return problem.New(problem.Conflict, "%s was deleted. %s to get another one.", nameOfEnvironment(environment),
		lo.Ternary(environment.PullRequestNumber == nil, "Push to the branch, or deploy it,", "Push to it, while it is open,"))
}

// MayRollBack is for Rollback to a deployment; kept tells whether the registry keeps its image.
func MayRollBack(environment database.Environment, deployment database.Deployment, kept bool) error {
	if err := MayRedeploy(environment); err != nil {
		return err
	}

	if err := mayRollBack(deployment); err != nil {
		return err
	}

	return requireImage(kept)
}

func mayRollBack(deployment database.Deployment) error {
	if deployment.RouteVersion != nil && deployment.ImageID != nil {
		return nil
	}

	return problem.New(problem.Conflict, "This deployment was never live. Choose one that was, or redeploy this one.")
}

// MayPromote is for Promote. What the build saw of variables is looked at by Promote alone.
func MayPromote(environment database.Environment, deployment database.Deployment, kept bool) error {
	if err := mayPromote(environment, deployment); err != nil {
		return err
	}

	return requireImage(kept)
}

func mayPromote(environment database.Environment, deployment database.Deployment) error {
	switch {
	case environment.IsFork:
		return problem.New(problem.Conflict, "This deployment is of a pull request from a fork, which gets none of production's variables. "+
			"Merge the pull request instead.")
	case environment.Kind == environmentProduction:
		return problem.New(problem.Conflict, "This deployment is production's already. Roll back to it, or redeploy it.")
	case deployment.RouteVersion == nil || deployment.ImageID == nil:
		return problem.New(problem.Conflict, "This deployment was never live in its preview. Choose one that was.")
	default:
		return nil
	}
}

// MayRestart is for Restart.
func MayRestart(deployment database.Deployment) error {
	if deployment.State == stateLive {
		return nil
	}

	return problem.New(problem.Conflict, "This deployment is not live: nothing of it runs that could be restarted.")
}
